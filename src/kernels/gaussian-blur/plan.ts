// The Gaussian's taps and where they lie at the borders, as plain numbers.

/** `edge`: ... b a | a b ... (SciPy's reflect); `centre`: ... c b | a b c ... (PyTorch's reflect). */
export type Border = 'edge' | 'centre';

/** A border as a kernel's number. */
export const BORDERS: readonly Border[] = ['edge', 'centre'];

/** Largest standard deviation taken, pixels. */
export const MAX_SIGMA = 1024;

/** The radius of SciPy's rule. */
export function gaussianRadius(sigma: number): number {
  return Math.floor(4 * sigma + 0.5);
}

/** exp(-x^2 / (2 sigma^2)) for x = -radius .. radius, normalised; float64 [2 radius + 1]. */
export function gaussianTaps(sigma: number, radius = gaussianRadius(sigma)): Float64Array {
  if (radius === 0) return Float64Array.of(1);
  const taps = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = taps.reduce((total, value) => total + value, 0);
  return taps.map((value) => value / sum);
}

/** Source positions for -radius .. length - 1 + radius. A radius beyond the length reflects more than once. */
export function reflected(length: number, radius: number, border: Border): Int32Array {
  const period = Math.max(1, border === 'edge' ? 2 * length : 2 * length - 2);
  return Int32Array.from({ length: length + 2 * radius }, (_, i) => {
    const position = (((i - radius) % period) + period) % period;
    if (position < length) return position;
    return border === 'edge' ? period - 1 - position : period - position;
  });
}

/** Everything about one blur: the taps, and the source column and row of every padded one. */
export interface BlurPlan {
  readonly radius: number;
  readonly taps: Float64Array;
  readonly columns: Int32Array;
  readonly rows: Int32Array;
}

export function planBlur(height: number, width: number, sigma: number, border: Border): BlurPlan {
  const radius = gaussianRadius(sigma);
  return {
    radius,
    taps: gaussianTaps(sigma, radius),
    columns: reflected(width, radius, border),
    rows: reflected(height, radius, border),
  };
}
