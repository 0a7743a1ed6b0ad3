// Which outputs of a resize drew on each source row (or column), and with which weight.

export interface Resize {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

export type Interpolation = 'bilinear' | 'nearest';

/** For source i the outputs `from[starts[i]]` to `from[starts[i + 1] - 1]`, ascending, with their weights. */
export interface Draws {
  readonly starts: Int32Array;
  readonly from: Int32Array;
  readonly weights: Float32Array;
}

/** How a backend computes with the places of the nearest sources, and rounds them where corners are aligned. */
export interface Places {
  readonly float: (value: number) => number;
  readonly round: (place: number) => number;
}

/** A place that is a whole number, or halfway, in one arithmetic lies beside it in another, and so has another nearest source. */
export const PLACES = {
  cpu: { float: (value) => value, round: Math.round },
  wasm: { float: Math.fround, round: Math.round },
  webgpu: { float: Math.fround, round: (place) => Math.floor(Math.fround(place + 0.5)) },
} satisfies Record<string, Places>;

/** The sources of one output along one direction, as tfjs's resizes compute them. */
export function sourcesOf(
  output: number,
  sources: number,
  outputs: number,
  interpolation: Interpolation,
  { alignCorners, halfPixelCenters }: Resize,
  { float, round }: Places,
): { readonly source: number; readonly weight: number }[] {
  const isAligned = alignCorners && outputs > 1;
  const scale = isAligned ? (sources - 1) / (outputs - 1) : sources / outputs;
  if (interpolation === 'nearest') {
    const place = float(float(scale) * (output + (halfPixelCenters ? 0.5 : 0)));
    const nearest = alignCorners ? round(place) : Math.floor(place);
    return [{ source: Math.min(sources - 1, Math.max(0, nearest)), weight: 1 }];
  }
  const place = halfPixelCenters ? scale * (output + 0.5) - 0.5 : scale * output;
  const clamped = Math.min(sources - 1, Math.max(0, place));
  const lower = Math.floor(clamped);
  const upper = clamped - lower;
  if (upper === 0) return [{ source: lower, weight: 1 }];
  return [
    { source: lower, weight: 1 - upper },
    { source: lower + 1, weight: upper },
  ];
}

export function draws(
  sources: number,
  outputs: number,
  interpolation: Interpolation,
  resize: Resize,
  places: Places,
): Draws {
  const lists = Array.from({ length: sources }, (): { output: number; weight: number }[] => []);
  for (let output = 0; output < outputs; output++) {
    for (const { source, weight } of sourcesOf(output, sources, outputs, interpolation, resize, places)) {
      lists[source]?.push({ output, weight });
    }
  }
  const starts = new Int32Array(sources + 1);
  for (const [i, list] of lists.entries()) starts[i + 1] = starts[i]! + list.length;
  const all = lists.flat();
  return {
    starts,
    from: Int32Array.from(all, ({ output }) => output),
    weights: Float32Array.from(all, ({ weight }) => weight),
  };
}
