// The metrics by themselves: scores of any detector and the truth in, figures out.
import { auroc, averagePrecision, f1Max } from 'iad-tf/metrics';

const scores = Float32Array.of(0.1, 0.4, 0.35, 0.8);
const labels = Uint8Array.of(0, 0, 1, 1);

console.log(`AUROC ${auroc(scores, labels)}  AP ${averagePrecision(scores, labels)}`);
console.log(f1Max(scores, labels));
