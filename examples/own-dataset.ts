// A dataset of one's own: files such as good-001.png and scratch-001.png, masks as scratch-001.mask.png. A table says which is
// what; the images stay where they are. Then the benchmark runs on it; a second call goes on where the first one stopped.
//   npx tsx examples/own-dataset.ts photos/ results/ patchcore,padim
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { gridTable, runBenchmark, tableText } from 'iad-tf/benchmark';

const [folder = 'photos', out = 'results', methods = 'patchcore'] = process.argv.slice(2);
const files = (await readdir(folder)).filter((name) => name.endsWith('.png')).sort();

let good = 0;
const rows = files.flatMap((image) => {
  const [, defect] = /^([a-z]+)-\d+\.png$/.exec(image) ?? [];
  if (defect === undefined) return [];
  const mask = image.replace('.png', '.mask.png');
  if (defect !== 'good') return [`${image},test,anomalous,${defect},${files.includes(mask) ? mask : ''}`];
  return [`${image},${++good % 5 === 0 ? 'test' : 'train'},normal,good,`]; // every fifth good one is for testing
});
await writeFile(join(folder, 'manifest.csv'), ['image,split,label,defect,mask', ...rows, ''].join('\n'));

const settings = ['unsupervised', 'few-shot:m=1'];
const records = await runBenchmark({ methods: methods.split(','), datasets: [folder], settings }, { out });
console.log(tableText(gridTable(records)));
