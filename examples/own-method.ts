// A method of one's own: the mean and spread of every pixel over good images, for parts that always lie in the same place.
//   npx iad-tf fit --module own-method.js --method pixel-gaussian --data parts/ --out parts.iad
//   npx iad-tf benchmark --module own-method.js --methods pixel-gaussian,patchcore --data parts/ --out results/
import { defineMethod } from 'iad-tf';

export default defineMethod({
  id: 'pixel-gaussian',
  options: { floor: 4 }, // grey levels that are never unusual
  async fit(views, { config: { inputSize, floor } }) {
    const mean = new Float32Array(3 * inputSize ** 2);
    const spread = new Float32Array(mean.length);
    let count = 0;
    for await (const { data } of views) {
      count++;
      for (const [i, value] of data.entries()) mean[i]! += (value - mean[i]!) / count;
    }
    for await (const { data } of views)
      for (const [i, value] of data.entries()) spread[i]! += (value - mean[i]!) ** 2 / count;
    return { mean, spread: spread.map((variance) => Math.sqrt(variance) + floor) };
  },
  score({ data }, { mean, spread }) {
    const map = new Float32Array(data.length / 3);
    for (const [i, value] of data.entries()) map[Math.floor(i / 3)]! += Math.abs(value - mean[i]!) / spread[i]!;
    return { map };
  },
});
