"""The library's seeded generator (src/runtime/random.ts) in numpy: mulberry32 keyed by FNV-1a. Identical sequences, vectorised.

The state after k calls is seed + k * 1831565813 (mod 2^32), so any number of draws is one array expression.
"""
import numpy as np

MASK = 0xFFFFFFFF
STEP = 1831565813


def fnv1a(text: str) -> int:
    value = 2166136261
    for byte in text.encode('utf-8'):
        value = ((value ^ byte) * 16777619) & MASK
    return value


class Random:
    def __init__(self, seed: int):
        self.state = seed & MASK

    @staticmethod
    def for_key(key: str, base_seed: int) -> 'Random':
        return Random(fnv1a(key) ^ ((base_seed * 2654435769) & MASK))

    def uint32s(self, count: int) -> np.ndarray:
        """The next `count` 32-bit unsigned integers, as uint32."""
        k = np.arange(1, count + 1, dtype=np.uint32)
        s = np.uint32(self.state) + k * np.uint32(STEP)
        self.state = (self.state + count * STEP) & MASK
        t = (s ^ (s >> np.uint32(15))) * (s | np.uint32(1))
        t ^= t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))
        return t ^ (t >> np.uint32(14))

    def uniforms(self, count: int) -> np.ndarray:
        """The next `count` uniforms in [0, 1), as float64."""
        return self.uint32s(count) / 4294967296.0

    def signed(self, shape) -> np.ndarray:
        """2 * uniform() - 1 in row-major order, as float64."""
        return (2.0 * self.uniforms(int(np.prod(shape))) - 1.0).reshape(shape)

    def sample(self, population: int, count: int) -> list[int]:
        """`count` different indices in drawing order: a partial Fisher-Yates shuffle."""
        moved: dict[int, int] = {}
        out = []
        for i, u in enumerate(self.uniforms(count)):
            j = i + int(np.floor(u * (population - i)))
            out.append(moved.get(j, j))
            moved[j] = moved.get(i, i)
        return out
