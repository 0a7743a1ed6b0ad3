// The metrics by themselves: scores of any detector and the truth in, figures out.
import {
  auroc,
  averagePrecision,
  conformalThreshold,
  confusionRates,
  delongInterval,
  f1Max,
  PixelAccumulator,
} from 'iad-tf/metrics';

const scores = Float32Array.of(0.1, 0.4, 0.35, 0.8);
const labels = Uint8Array.of(0, 0, 1, 1);

console.log(`AUROC ${auroc(scores, labels)}  AP ${averagePrecision(scores, labels)}`);
console.log(f1Max(scores, labels));
console.log('95 % interval of the AUROC:', delongInterval(scores, labels));

// A threshold from good images that took no part in fitting, and what it promises.
const held = Float32Array.from({ length: 39 }, (_, i) => i / 100);
console.log(conformalThreshold(held, 0.05));

// Where the defects are: maps one by one, with a mask or with the data set's defect channels.
const pixels = new PixelAccumulator();
const shape = [2, 3];
pixels.add({
  map: { data: Float32Array.of(0.1, 0.2, 0.9, 0.1, 0.3, 0.7), shape },
  mask: { data: [0, 0, 1, 0, 0, 1], shape },
});
pixels.add({ map: { data: Float32Array.of(0.2, 0.1, 0.4, 0.3, 0.1, 0.2), shape }, mask: null });
console.log(pixels.result({ fprLimit: 0.3 }));
console.log('IoU at 0.5:', confusionRates(pixels.confusion(0.5)).iou);
