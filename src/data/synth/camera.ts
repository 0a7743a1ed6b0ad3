// The camera: vignette, exposure, lens blur, gamma, then sensor noise and 8 bit.
import { Random } from '../../runtime/random.js';
import { clamp01 } from './noise.js';

export interface Camera {
  readonly exposure: number;
  /** Gains of red and blue. */
  readonly warm: number;
  readonly cool: number;
  readonly vignette: number;
  /** Standard deviation of the lens blur, in pixels. */
  readonly blur: number;
  /** Standard deviation of the sensor noise in mid grey, in levels of 255. */
  readonly noise: number;
  readonly noiseSeed: number;
}

export function drawCamera(random: Random): Camera {
  return {
    exposure: 1 + 0.1 * (random.uniform() - 0.5),
    warm: 1 + 0.03 * (random.uniform() - 0.5),
    cool: 1 + 0.03 * (random.uniform() - 0.5),
    vignette: 0.12 + 0.06 * random.uniform(),
    blur: 0.5 + 0.25 * random.uniform(),
    noise: 1.3 + 0.7 * random.uniform(),
    noiseSeed: random.uint32(),
  };
}

/** Levels 0..255 before noise, interleaved RGB; changes `light` in place. */
export function expose(light: Float32Array, size: number, camera: Camera): Float32Array {
  const centre = (size - 1) / 2;
  for (let row = 0; row < size; row++) {
    const dy = (row - centre) / centre;
    for (let column = 0; column < size; column++) {
      const dx = (column - centre) / centre;
      const gain = camera.exposure * (1 - camera.vignette * 0.5 * (dx * dx + dy * dy));
      const at = 3 * (row * size + column);
      light[at]! *= gain * camera.warm;
      light[at + 1]! *= gain;
      light[at + 2]! *= gain * camera.cool;
    }
  }
  blurRows(light, size, 3, 3 * size, camera.blur);
  blurRows(light, size, 3 * size, 3, camera.blur);
  for (let i = 0; i < light.length; i++) light[i] = level(light[i]!);
  return light;
}

/** Adds shot and read noise and rounds. The same camera adds the same noise to any picture. */
export function develop(levels: Float32Array, camera: Camera): Uint8Array {
  const random = new Random(camera.noiseSeed);
  const out = new Uint8Array(levels.length);
  for (let i = 0; i < levels.length; i++) {
    const bits = random.uint32();
    // The sum of four uniform bytes is close to normal: mean 510, standard deviation 147.8.
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    const value = levels[i]!;
    const deviation = camera.noise * (0.7 + 0.0024 * value);
    const noisy = Math.round(value + ((sum - 510) / 147.8) * deviation);
    out[i] = noisy < 0 ? 0 : Math.min(noisy, 255);
  }
  return out;
}

const CURVE_STEPS = 2048;
// Gamma 1/2.2 over the square root of light, where its steps are even; the shoulder rolls highlights off instead of clipping.
const CURVE = Float32Array.from({ length: CURVE_STEPS + 2 }, (_, i) => {
  const light = 1.5 * (i / CURVE_STEPS) ** 2;
  const rolled = light < 0.7 ? light : 0.7 + 0.3 * (1 - Math.exp(-(light - 0.7) / 0.3));
  return 255 * rolled ** (1 / 2.2);
});

function level(light: number): number {
  const at = Math.sqrt(clamp01(light / 1.5)) * CURVE_STEPS;
  const low = Math.floor(at);
  const a = CURVE[low]!;
  return a + (CURVE[low + 1]! - a) * (at - low);
}

/** Gaussian along one axis, kernel of five taps, edges repeated. */
function blurRows(data: Float32Array, size: number, step: number, nextLine: number, sigma: number): void {
  const near = Math.exp(-0.5 / sigma ** 2);
  const far = Math.exp(-2 / sigma ** 2);
  const scale = 1 / (1 + 2 * near + 2 * far);
  for (let line = 0; line < size; line++) {
    for (let channel = 0; channel < 3; channel++) {
      let at = line * nextLine + channel;
      const end = at + (size - 1) * step;
      let a = data[at]!;
      let b = a;
      let c = a;
      let d = data[Math.min(at + step, end)]!;
      for (let k = 0; k < size; k++) {
        const e = data[Math.min(at + 2 * step, end)]!;
        data[at] = scale * (c + near * (b + d) + far * (a + e));
        a = b;
        b = c;
        c = d;
        d = e;
        at += step;
      }
    }
  }
}
