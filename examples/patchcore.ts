// Learns from a folder of images of good parts and judges a folder of others.
//   npx iad-tf weights pull resnet50      (once)
//   npx tsx examples/patchcore.ts good-parts/ other-parts/ parts.iad
import process from 'node:process';
import { PatchCore } from 'iad-tf';
import { listImages } from 'iad-tf/data';

const [good = 'good', others = 'others', file = 'parts.iad'] = process.argv.slice(2);

const model = new PatchCore({ calibrationShare: 0.2, falseAlarmRate: 0.05 });
const { warnings } = await model.fit(await listImages([good]));
for (const warning of warnings) console.error(`Note: ${warning}`);
await model.save(file);

for await (const { id, score, isAnomalous, regions } of model.predictEach(await listImages([others]))) {
  const [worst] = [...regions].sort((a, b) => b.peak - a.peak);
  const where = worst ? `  worst at ${worst.box.join(',')}` : '';
  console.log(`${isAnomalous ? 'DEFECT' : 'good  '}  ${score.toFixed(2)}  ${id}${where}`);
}
model.dispose();
