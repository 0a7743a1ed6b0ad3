// Makes four variants of an image, the same ones on every machine.
//   npx tsx examples/augment.ts part.png variants/
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { type AugmentStep, augment, augmentRandom, encodePng, loadImage } from 'iad-tf/data';

const [file = 'part.png', folder = 'variants'] = process.argv.slice(2);
const steps: AugmentStep[] = [
  { kind: 'rotate', degrees: [-15, 15], resample: 'bilinear', border: 'reflect' },
  { kind: 'flip', horizontal: 0.5 },
  { kind: 'colorJitter', brightness: 0.1, contrast: 0.1 },
];

const image = await loadImage(file);
await mkdir(folder, { recursive: true });
for (let copy = 0; copy < 4; copy++) {
  const variant = augment({ image }, steps, augmentRandom(0, 'part', copy));
  await writeFile(join(folder, `${copy}.png`), await encodePng(variant.image));
}
console.log(`4 variants of ${file} in ${folder}`);
