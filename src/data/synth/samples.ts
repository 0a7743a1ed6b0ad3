// A synthetic dataset in memory, for tests and for the browser.
import type { Dataset, Sample } from '../types.js';
import { planSynth, type SynthItem, type SynthOptions } from './plan.js';
import { encodeMask } from './png.js';
import { synthImage } from './render.js';

/**
 * Renders a whole dataset: images as decoded pixels, masks as PNG bytes. Memory is 3 bytes a pixel and image; a picture takes
 * tens of milliseconds at 256 x 256, so a page should call this in a worker.
 * @returns the dataset that `writeSynth` with the same options would put on disk, with the same identifiers
 * @throws IadError BAD_ARGUMENT as `planSynth`
 */
export function synthSamples(options: SynthOptions): Dataset {
  const samples = planSynth(options).map(toSample);
  return {
    layout: 'mvtec',
    name: `synth-${options.kind}`,
    train: samples.filter((sample) => sample.split === 'train'),
    test: samples.filter((sample) => sample.split === 'test'),
    hasMasks: true,
    warnings: [],
  };
}

function toSample(item: SynthItem): Sample {
  const { image, mask } = synthImage(item);
  const bad = item.maskPath !== null;
  return {
    id: item.path,
    category: item.kind,
    split: item.split,
    label: bad ? 1 : 0,
    defectType: item.defect ?? 'good',
    image,
    masks: bad ? [{ source: encodeMask(mask), rule: 'nonzero' }] : [],
  };
}
