// Anomaly maps as the metrics benchmark takes them, made one by one from a few drawn ones: 256 x 256, scores in steps of 2^-16
// (so that millions of pixels tie), two defects in two of three images. test/reference/metrics_speed.py makes the same.
import type { DefectChannel, PixelImage } from '../../src/metrics/index.js';
import { Random } from '../../src/runtime/random.js';

export const SIDE = 256;
const PIXELS = SIDE * SIDE;
const DRAWN = 24;
const GOOD = 8;

interface Drawn {
  /** Sum of two uniform 15-bit numbers per pixel. */
  readonly levels: Uint16Array;
  readonly channels: readonly DefectChannel[];
}

let drawn: readonly Drawn[] | undefined;

/** Made at the first call; later calls, and images after the first 24, cost a pass over the pixels. */
export function benchImage(index: number): PixelImage {
  drawn ??= draw();
  const { levels, channels } = drawn[index % DRAWN]!;
  const data = new Float32Array(PIXELS);
  const turn = (977 * index) % PIXELS;
  const lift = (37 * index) % 1024;
  for (let i = 0; i < PIXELS; i++) data[i] = (levels[(i + turn) % PIXELS]! + lift) / 65536;
  for (const { mask } of channels) {
    for (let i = 0; i < PIXELS; i++) if (mask.data[i] === 1) data[i]! += 12000 / 65536;
  }
  return { map: { data, shape: [SIDE, SIDE] }, channels };
}

export function* benchImages(count: number): Generator<PixelImage> {
  for (let i = 0; i < count; i++) yield benchImage(i);
}

function draw(): Drawn[] {
  const random = new Random(19);
  return Array.from({ length: DRAWN }, (_, image) => {
    const levels = Uint16Array.from({ length: PIXELS }, () => (random.uint32() >>> 17) + (random.uint32() >>> 17));
    const channels = Array.from({ length: image < GOOD ? 0 : 2 }, (): DefectChannel => {
      const [tall, wide] = [8 + (random.uint32() >>> 27), 8 + (random.uint32() >>> 27)];
      const [top, left] = [random.uint32() % (SIDE - tall), random.uint32() % (SIDE - wide)];
      const data = new Uint8Array(PIXELS);
      for (let y = top; y < top + tall; y++) data.fill(1, y * SIDE + left, y * SIDE + left + wide);
      return { mask: { data, shape: [SIDE, SIDE] }, defect: 'any', saturationThreshold: 0.5, relativeSaturation: true };
    });
    return { levels, channels };
  });
}
