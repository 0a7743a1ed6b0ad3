// Learns from a folder of images of good parts that always lie in the same place, and judges a folder of others.
//   npx iad-tf weights pull resnet50      (once)
//   npx tsx examples/padim.ts good-parts/ other-parts/ parts.iad
import process from 'node:process';
import { loadMethod, PaDiM } from 'iad-tf';
import { listImages } from 'iad-tf/data';

const [good = 'good', others = 'others', file = 'parts.iad'] = process.argv.slice(2);

const model = new PaDiM({ dims: 100, calibrationShare: 0.2, falseAlarmRate: 0.05 });
const { warnings } = await model.fit(await listImages([good]));
for (const warning of warnings) console.error(`Note: ${warning}`);
await model.save(file);
model.dispose();

const loaded = await loadMethod(file);
for await (const { id, score, isAnomalous } of loaded.predictEach(await listImages([others]))) {
  console.log(`${isAnomalous ? 'DEFECT' : 'good  '}  ${score.toFixed(2)}  ${id}`);
}
loaded.dispose();
