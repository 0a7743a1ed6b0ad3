// From patch scores on the feature grid to a smooth map at the network's input size.

/** A map of scores, rows from the top. */
export interface ScoreMap {
  readonly width: number;
  readonly height: number;
  /** [height, width] */
  readonly data: Float32Array;
}

/** Gaussian kernel as SciPy makes it: radius floor(4 sigma + 0.5), normalised. */
export function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = kernel.reduce((total, value) => total + value, 0);
  return kernel.map((value) => value / sum);
}

/** `edge`: ... b a | a b ... (SciPy's reflect); `centre`: ... c b | a b c ... (PyTorch's reflect). */
export type Border = 'edge' | 'centre';

/** Separable Gaussian blur. `sigma` in pixels; 0 returns the map as it is. */
export function gaussianBlur(map: ScoreMap, sigma: number, border: Border): ScoreMap {
  if (sigma === 0) return map;
  const kernel = gaussianKernel(sigma);
  const { width, height } = map;
  const rows = new Float32Array(map.data.length);
  const columns = reflected(width, (kernel.length - 1) / 2, border);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let t = 0; t < kernel.length; t++) sum += kernel[t]! * map.data[y * width + columns[x + t]!]!;
      rows[y * width + x] = sum;
    }
  }
  const data = new Float32Array(map.data.length);
  const lines = reflected(height, (kernel.length - 1) / 2, border);
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let t = 0; t < kernel.length; t++) {
      const line = lines[y + t]! * width;
      const weight = kernel[t]!;
      for (let x = 0; x < width; x++) sums[x] = sums[x]! + weight * rows[line + x]!;
    }
    data.set(sums, y * width);
  }
  return { width, height, data };
}

/** Source positions for -radius .. length - 1 + radius. A radius beyond the length reflects more than once. */
function reflected(length: number, radius: number, border: Border): Int32Array {
  const period = Math.max(1, border === 'edge' ? 2 * length : 2 * length - 2);
  return Int32Array.from({ length: length + 2 * radius }, (_, i) => {
    const position = (((i - radius) % period) + period) % period;
    if (position < length) return position;
    return border === 'edge' ? period - 1 - position : period - position;
  });
}

/** PyTorch's nearest: source index floor(i * from / to). */
export function resizeNearest(map: ScoreMap, width: number, height: number): ScoreMap {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * map.height) / height) * map.width;
    for (let x = 0; x < width; x++) data[y * width + x] = map.data[row + Math.floor((x * map.width) / width)]!;
  }
  return { width, height, data };
}
