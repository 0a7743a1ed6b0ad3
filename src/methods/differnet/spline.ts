// Rotation of float images by cubic splines, as scipy.ndimage.rotate(image, degrees, reshape=False): brings the gradients of turned
// images back to the upright one.

/** Of the recursive filter that turns samples into coefficients of cubic B-splines. */
const POLE = Math.sqrt(3) - 2;

/** |POLE|^HORIZON is below a double's precision. */
const HORIZON = 28;

/**
 * Turns each channel about the centre. What comes from outside of the outermost pixels' centres is 0.
 * @param image [side, side, channels], row-major
 * @param degrees counterclockwise
 * @returns the same shape
 */
export function rotateSpline(image: Float32Array, side: number, channels: number, degrees: number): Float32Array {
  const coefficients = splineCoefficients(image, side, channels);
  const radians = (degrees * Math.PI) / 180;
  // 15 decimals: quarter turns come out exact.
  const cos = Number(Math.cos(radians).toFixed(15));
  const sin = Number(Math.sin(radians).toFixed(15));
  const centre = (side - 1) / 2;
  const out = new Float32Array(image.length);
  const across = newTaps();
  const down = newTaps();
  for (let y = 0, to = 0; y < side; y++) {
    for (let x = 0; x < side; x++, to += channels) {
      const u = cos * (x - centre) - sin * (y - centre) + centre;
      const v = sin * (x - centre) + cos * (y - centre) + centre;
      if (!(u >= 0 && u <= side - 1 && v >= 0 && v <= side - 1)) continue;
      placeTaps(across, u, side);
      placeTaps(down, v, side);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < 4; i++) {
          const row = down.at[i]! * side;
          let line = 0;
          for (let j = 0; j < 4; j++) line += across.weight[j]! * coefficients[(row + across.at[j]!) * channels + c]!;
          sum += down.weight[i]! * line;
        }
        out[to + c] = sum;
      }
    }
  }
  return out;
}

/** The four samples about a place, and their weights. */
interface Taps {
  readonly at: Int32Array;
  readonly weight: Float64Array;
}

function newTaps(): Taps {
  return { at: new Int32Array(4), weight: new Float64Array(4) };
}

function placeTaps({ at, weight }: Taps, place: number, size: number): void {
  const left = Math.floor(place);
  const t = place - left;
  const s = 1 - t;
  weight[0] = s ** 3 / 6;
  weight[1] = (4 - 6 * t ** 2 + 3 * t ** 3) / 6;
  weight[2] = (4 - 6 * s ** 2 + 3 * s ** 3) / 6;
  weight[3] = t ** 3 / 6;
  for (let i = 0; i < 4; i++) at[i] = mirrored(left - 1 + i, size);
}

/** d c b | a b c d | c b a: the outermost sample is not repeated. */
function mirrored(index: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const at = Math.abs(index) % period;
  return at < size ? at : period - at;
}

/** The coefficients whose cubic spline passes through the samples (Unser 1999: Splines: a perfect fit for signal and image processing). */
function splineCoefficients(image: Float32Array, side: number, channels: number): Float64Array {
  const values = Float64Array.from(image);
  if (side === 1) return values;
  const line = side * channels;
  for (let i = 0; i < side; i++) {
    for (let c = 0; c < channels; c++) {
      filterLine(values, i * line + c, channels, side);
    }
  }
  for (let j = 0; j < line; j++) filterLine(values, j, line, side);
  return values;
}

/** One line of samples in place: 6 / ((1 - POLE z^-1)(1 - POLE z)), the line mirrored at both ends. */
function filterLine(values: Float64Array, start: number, step: number, size: number): void {
  let first = 0;
  for (let k = HORIZON; k >= 0; k--) first = first * POLE + values[start + mirrored(k, size) * step]!;
  values[start] = first;
  for (let i = 1, at = start + step; i < size; i++, at += step) values[at]! += POLE * values[at - step]!;
  const end = start + (size - 1) * step;
  values[end] = (POLE / (POLE * POLE - 1)) * (values[end]! + POLE * values[end - step]!);
  for (let at = end - step; at >= start; at -= step) values[at] = POLE * (values[at + step]! - values[at]!);
  for (let at = start; at <= end; at += step) values[at]! *= 6;
}
