// Trains FastFlow on a folder of images of good parts, tells how it goes, goes on with a training that was stopped (Ctrl-C), and judges
// a folder of others.
//   npx iad-tf weights pull resnet50      (once)
//   npx tsx examples/fastflow.ts good-parts/ other-parts/ parts.iad [epochs]
import { rm } from 'node:fs/promises';
import process from 'node:process';
import { FastFlow, loadMethod, type ProgressEvent } from 'iad-tf';
import { listImages } from 'iad-tf/data';

const [good = 'good', others = 'others', file = 'parts.iad', epochs = '100'] = process.argv.slice(2);
const checkpoint = `${file}.checkpoint`;

const stop = new AbortController();
process.once('SIGINT', () => stop.abort('SIGINT'));

function onProgress({ stage, done, total, loss, remainingMs }: ProgressEvent): void {
  if (stage !== 'training' || loss === undefined || remainingMs === undefined) return;
  console.error(`step ${done} of ${total}: loss ${loss.toFixed(0)}, ${Math.ceil(remainingMs / 1000)} s left`);
}

// Much smaller than the paper's, so that it trains on a CPU; the mean square tells very unlikely places apart.
const model = new FastFlow({
  layers: ['layer1', 'layer2'],
  inputSize: 128,
  steps: 4,
  hiddenRatio: 0.25,
  batchSize: 8,
  epochs: Number(epochs),
  measure: 'meanSquare',
});
const { training } = await model.fit(await listImages([good]), { onProgress, checkpoint, signal: stop.signal });
console.error(`trained for ${training.steps} steps`);
await model.save(file);
await rm(checkpoint);
model.dispose();

const loaded = await loadMethod(file);
for await (const { id, score, isAnomalous } of loaded.predictEach(await listImages([others]))) {
  console.log(`${isAnomalous ? 'DEFECT' : 'good  '}  ${score.toFixed(2)}  ${id}`);
}
loaded.dispose();
