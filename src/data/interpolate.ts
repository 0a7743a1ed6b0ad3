// Bilinear interpolation of float grids: half-pixel centres, no antialiasing, as torch's interpolate with
// mode='bilinear' and align_corners=False. (Images are scaled by `resizeBilinear`, which is Pillow's and antialiased.)

export interface Grid {
  readonly width: number;
  readonly height: number;
  /** [height, width, channels] */
  readonly data: Float32Array;
}

/** @returns [height, width, channels] of the new size */
export function interpolate(grid: Grid, width: number, height: number, channels = 1): Grid {
  if (grid.width === width && grid.height === height) return grid;
  const across = linearTaps(grid.width, width);
  const down = linearTaps(grid.height, height);
  const data = new Float32Array(width * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
    const upper = down.low[y]! * grid.width;
    const lower = down.high[y]! * grid.width;
    const fy = down.share[y]!;
    for (let x = 0; x < width; x++) {
      const left = across.low[x]!;
      const right = across.high[x]!;
      const fx = across.share[x]!;
      for (let c = 0; c < channels; c++) {
        const top =
          grid.data[(upper + left) * channels + c]! * (1 - fx) + grid.data[(upper + right) * channels + c]! * fx;
        const bottom =
          grid.data[(lower + left) * channels + c]! * (1 - fx) + grid.data[(lower + right) * channels + c]! * fx;
        data[to++] = top * (1 - fy) + bottom * fy;
      }
    }
  }
  return { width, height, data };
}

/** For each output position the two input positions and the share of the second. */
export function linearTaps(inputs: number, outputs: number) {
  const low = new Int32Array(outputs);
  const high = new Int32Array(outputs);
  const share = new Float64Array(outputs);
  for (let i = 0; i < outputs; i++) {
    const at = Math.max(0, ((i + 0.5) * inputs) / outputs - 0.5);
    low[i] = Math.min(inputs - 1, Math.floor(at));
    high[i] = Math.min(inputs - 1, low[i]! + 1);
    share[i] = at - low[i]!;
  }
  return { low, high, share };
}
