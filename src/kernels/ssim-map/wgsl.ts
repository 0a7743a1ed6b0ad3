// The passes of ssimMap in WGSL.
import { EACH_ELEMENT } from '../webgpu/tables.js';
import { SSIM_TAPS, WINDOW } from './plan.js';

/** `value(at)` gives the vector at an element of what is summed; `finish` takes the `sum` of element i. */
function axisSum(buffers: readonly string[], value: string, finish: string): string {
  const bindings = buffers.map((buffer, i) => `@group(0) @binding(${i}) var<storage, ${buffer};`);
  return `
  struct Uniforms { size: u32, places: u32, outputs: u32, inner: u32, pad: u32, c1: f32, c2: f32 }
  ${bindings.join('\n  ')}
  @group(0) @binding(${buffers.length}) var<uniform> uniforms: Uniforms;

  const TAPS = array<f32, ${WINDOW}>(${[...SSIM_TAPS].map((tap) => tap.toExponential(9)).join(', ')});

  fn value(at: u32) -> vec4f { ${value} }

  ${EACH_ELEMENT}
    let rest = i % uniforms.inner;
    let place = i32(i / uniforms.inner % uniforms.outputs) - i32(uniforms.pad);
    let outer = i / (uniforms.inner * uniforms.outputs);
    var sum = vec4f(0.0);
    var taps = TAPS;
    for (var t = 0; t < ${WINDOW}; t++) {
      let source = place + t;
      if (source < 0 || source >= i32(uniforms.places)) { continue; }
      sum += taps[t] * value((outer * uniforms.places + u32(source)) * uniforms.inner + rest);
    }
    ${finish}
  }`;
}

const IMAGES = ['read> a: array<f32>', 'read> b: array<f32>'];
const SUMS = 'read> sums: array<vec4f>';
const VECTORS_OUT = 'read_write> out: array<vec4f>';
const FLOATS_OUT = 'read_write> out: array<f32>';
const VECTOR = 'return sums[at];';

/** Means, variances and the two fractions that SSIM is the product of 1 less. */
const STATISTICS = `
    let u = sum.x;
    let v = sum.y;
    let p = max(sum.z - u * u, 0.0);
    let q = max(sum.w - v * v, 0.0);
    let scale1 = 0.5 * (u * u + v * v) + uniforms.c1;
    let scale2 = 0.5 * (p + q) + uniforms.c2;
    let l = v * v / scale1;
    let s = q / scale2;`;

const PIXELS = `
    let p = a[at] + b[at];
    let q = a[at] - b[at];
    return vec4f(p, q, p * p, q * q);`;

export const ALONG = axisSum([...IMAGES, VECTORS_OUT], PIXELS, 'out[i] = sum;');

export const ACROSS = axisSum([SUMS, FLOATS_OUT], VECTOR, `${STATISTICS} out[i] = (1.0 - l) * (1.0 - s);`);

/** Upstream times the derivatives by the four sums. */
export const DERIVATIVES = axisSum(
  [SUMS, 'read> upstream: array<f32>', VECTORS_OUT],
  VECTOR,
  `${STATISTICS}
    let lost = (1.0 - s) / scale1;
    let kept = (1.0 - l) / scale2;
    let byMeans = vec2f(u * (l * lost - s * kept), v * ((2.0 - s) * kept - (2.0 - l) * lost));
    out[i] = upstream[i] * vec4f(byMeans, 0.5 * kept * s, -0.5 * kept * (2.0 - s));`,
);

export const BACK_ALONG = axisSum([SUMS, VECTORS_OUT], VECTOR, 'out[i] = sum;');

export const BACK_ACROSS = axisSum(
  [SUMS, ...IMAGES, FLOATS_OUT],
  VECTOR,
  'out[i] = sum.x + sum.y + 2.0 * ((a[i] + b[i]) * sum.z + (a[i] - b[i]) * sum.w);',
);
