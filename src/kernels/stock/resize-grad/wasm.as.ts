// The gradient of a resize: every row and column of the source gathers from those of the output that drew on it.
import { addScaled } from '../../wasm/rows.inline.as';

/**
 * dx[b][h][w] = sum over r in h's list, c in w's list of weight_r weight_c dy[b][r][c], for rows of `channels` floats.
 * @param rows addresses of the lists along the height: starts [height + 1], then the rows and weights of starts[height] entries
 * @param line scratch of dyWidth * channels floats
 */
export function resizeGrad(
  dy: usize, batch: i32, dyHeight: i32, dyWidth: i32, channels: i32, height: i32, width: i32,
  rowStarts: usize, rows: usize, rowWeights: usize, columnStarts: usize, columns: usize, columnWeights: usize,
  line: usize, dx: usize,
): void {
  const pixelBytes = <usize>channels << 2;
  const lineBytes = <usize>dyWidth * pixelBytes;
  memory.fill(dx, 0, <usize>batch * height * width * pixelBytes);
  for (let b: i32 = 0; b < batch; b++) {
    for (let h: i32 = 0; h < height; h++) {
      memory.fill(line, 0, lineBytes);
      const rowEnd = load<i32>(rowStarts + (<usize>(h + 1) << 2));
      for (let e = load<i32>(rowStarts + (<usize>h << 2)); e < rowEnd; e++) {
        const row = load<i32>(rows + (<usize>e << 2));
        addScaled(line, dy + <usize>row * lineBytes, load<f32>(rowWeights + (<usize>e << 2)), dyWidth * channels);
      }
      for (let w: i32 = 0; w < width; w++) {
        const columnEnd = load<i32>(columnStarts + (<usize>(w + 1) << 2));
        for (let e = load<i32>(columnStarts + (<usize>w << 2)); e < columnEnd; e++) {
          const column = load<i32>(columns + (<usize>e << 2));
          addScaled(dx, line + <usize>column * pixelBytes, load<f32>(columnWeights + (<usize>e << 2)), channels);
        }
        dx += pixelBytes;
      }
    }
    dy += <usize>dyHeight * lineBytes;
  }
}
