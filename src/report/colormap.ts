// The colour map of anomaly maps: dark violet through magenta and orange to pale yellow, computed in OKLab so that equal
// steps of the value are equal steps to the eye and lightness alone already orders them (print, colour blindness).

/** Entries of the table. */
export const COLORMAP_SIZE = 256;

export type Rgb = readonly [number, number, number];

let table: Uint8Array | undefined;

/**
 * The table, [256, 3] sRGB, 0..255; entry 0 stands for the lowest value. The path runs through OKLCh with rising
 * lightness, a hue sweep of 185 degrees and as much chroma as sRGB holds, and is then resampled to equal arc length.
 */
export function colormap(): Uint8Array {
  table ??= build();
  return table;
}

/** The colour of `t`, clamped to 0..1; NaN is the lowest colour. */
export function colorAt(t: number): Rgb {
  const colors = colormap();
  const at = 3 * Math.round((t > 0 ? Math.min(t, 1) : 0) * (COLORMAP_SIZE - 1));
  return [colors[at]!, colors[at + 1]!, colors[at + 2]!];
}

function build(): Uint8Array {
  const fine = 8 * COLORMAP_SIZE;
  const path = Array.from({ length: fine + 1 }, (_, i) => inGamut(i / fine));
  const length = new Float64Array(fine + 1);
  for (let i = 1; i <= fine; i++) {
    const [a, b] = [path[i - 1]!, path[i]!];
    length[i] = length[i - 1]! + Math.hypot(...a.map((value, k) => b[k]! - value));
  }
  const colors = new Uint8Array(3 * COLORMAP_SIZE);
  let from = 0;
  for (let i = 0; i < COLORMAP_SIZE; i++) {
    const wanted = (length[fine]! * i) / (COLORMAP_SIZE - 1);
    while (from < fine - 1 && length[from + 1]! < wanted) from++;
    const share = (wanted - length[from]!) / (length[from + 1]! - length[from]!);
    const [a, b] = [path[from]!, path[from + 1]!];
    const linear = linearRgb([0, 1, 2].map((k) => a[k]! + share * (b[k]! - a[k]!)));
    for (let k = 0; k < 3; k++) colors[3 * i + k] = Math.round(255 * gamma(Math.min(1, Math.max(0, linear[k]!))));
  }
  return colors;
}

/** The path's OKLab point at u in 0..1, its chroma reduced until sRGB can show it. */
function inGamut(u: number): number[] {
  const lightness = 0.16 + 0.8 * u;
  const hue = ((285 + 185 * u) * Math.PI) / 180;
  const lab = (chroma: number) => [lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const shown = (chroma: number) => linearRgb(lab(chroma)).every((c) => c >= 0 && c <= 1);
  let fits = 0;
  let high = 0.06 + 0.16 * Math.sin(Math.PI * u) ** 0.8;
  if (shown(high)) return lab(high);
  for (let i = 0; i < 30; i++) {
    const middle = (fits + high) / 2;
    if (shown(middle)) fits = middle;
    else high = middle;
  }
  return lab(fits);
}

/** OKLab to linear sRGB (Ottosson, "A perceptual color space for image processing", 2020). */
function linearRgb(lab: readonly number[]): Rgb {
  const [lightness, a, b] = [lab[0]!, lab[1]!, lab[2]!];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** The sRGB transfer curve (IEC 61966-2-1). */
function gamma(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}
