// Synthetic parts: good and defective pictures with exact masks, made from a seed. The data of the demo and of the tests.

export { type WriteSynthOptions, type WrittenSynth, writeSynth } from '#platform/data/synth/write';
export { planSynth, type SynthItem, type SynthOptions } from './plan.js';
export { synthImage } from './render.js';
export { synthSamples } from './samples.js';
export {
  type DefectName,
  type LogicalDefect,
  type StructuralDefect,
  SYNTH_DEFECTS,
  SYNTH_KINDS,
  SYNTH_SIZE,
  type SynthImage,
  type SynthImageOptions,
  type SynthKind,
} from './types.js';
