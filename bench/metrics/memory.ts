// Time, peak memory and values of the pixel metrics over many maps, in a process of its own:
//
//   tsx --tsconfig tsconfig.test.json bench/metrics/memory.ts exact|binned IMAGES
//
// test/reference/metrics_speed.py says the same of scikit-learn and the official evaluation code.
import { BinnedPixelAccumulator, PixelAccumulator } from '../../src/metrics/index.js';
import { benchImage, benchImages } from './maps.js';

const [kind, count] = process.argv.slice(2);
const images = Number(count);
if ((kind !== 'exact' && kind !== 'binned') || !Number.isSafeInteger(images))
  throw new Error('give exact or binned, and a number');

benchImage(0);
const before = performance.now();
const cpuBefore = process.cpuUsage();
for (const _ of benchImages(images));
const spent = process.cpuUsage(cpuBefore);
const making = performance.now() - before;

const cpuStart = process.cpuUsage();
const start = performance.now();
const pixels = kind === 'exact' ? new PixelAccumulator() : new BinnedPixelAccumulator();
for (const image of benchImages(images)) pixels.add(image);
const added = performance.now();
const values = pixels.result();
const done = performance.now();
const cpu = process.cpuUsage(cpuStart);
const cpuSeconds = (cpu.user + cpu.system - spent.user - spent.system) / 1e6;
console.log(
  JSON.stringify({
    kind,
    images,
    /** Without making the maps. */
    secondsAdd: (added - start - making) / 1000,
    secondsResult: (done - added) / 1000,
    /** Of all threads: what a busy machine changes little. */
    cpuSeconds,
    msPerImage: (added - start - making) / images,
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    ...values,
  }),
);
