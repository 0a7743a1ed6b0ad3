"""BMP files as Pillow writes them, and the pixels it reads back; test/fixtures/bmp.json.

Usage: python make_bmp_fixtures.py > ../fixtures/bmp.json
"""
import base64
import io
import json

import numpy as np
from PIL import Image

rng = np.random.default_rng(0)
rgb = rng.integers(0, 256, (3, 5, 3), dtype=np.uint8)
grey = rng.integers(0, 256, (3, 5), dtype=np.uint8)

images = {
    "1": Image.fromarray(grey > 127),
    "L": Image.fromarray(grey),
    "P": Image.fromarray(rgb).quantize(7),
    "RGB": Image.fromarray(rgb),
    "RGBA": Image.fromarray(np.dstack([rgb, grey])),
}
files = []
for mode, image in images.items():
    buffer = io.BytesIO()
    image.save(buffer, "BMP")
    read = Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")
    files.append({
        "mode": mode,
        "file": base64.b64encode(buffer.getvalue()).decode(),
        "rgb": base64.b64encode(read.tobytes()).decode(),
    })
print(json.dumps(files, indent=1))
