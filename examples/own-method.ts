// A method of one's own in the benchmark: by how many standard deviations a pixel differs from the good images.
//   npx iad-tf synth --out parts
//   node --import tsx node_modules/iad-tf/dist/cli/main.node.js benchmark --config examples/own-benchmark.json --out results
import { defineMethod } from 'iad-tf';

export default defineMethod({
  id: 'pixel-deviation',
  inputSize: 64,
  learn(images) {
    const sums = new Float64Array(64 * 64 * 3);
    const squares = new Float64Array(64 * 64 * 3);
    for (const { data } of images) {
      data.forEach((value, i) => {
        sums[i]! += value / images.length;
        squares[i]! += value ** 2 / images.length;
      });
    }
    const deviation = squares.map((square, i) => Math.sqrt(Math.max(0, square - sums[i]! ** 2)) + 8);
    return { mean: sums, deviation };
  },
  map({ data }, { mean, deviation }) {
    const distance = (i: number) => Math.abs(data[i]! - mean[i]!) / deviation[i]!;
    return Float32Array.from(
      { length: 64 * 64 },
      (_, at) => distance(3 * at) + distance(3 * at + 1) + distance(3 * at + 2),
    );
  },
});
