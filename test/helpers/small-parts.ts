// Synthetic parts and a PatchCore small enough that a fit takes a second.
import { readSafetensors } from '../../src/backbones/formats/safetensors.js';
import { synthSamples } from '../../src/data/synth/samples.js';
import type { SynthKind } from '../../src/data/synth/types.js';
import type { Dataset } from '../../src/data/types.js';
import { PatchCore, type PatchCoreOptions } from '../../src/methods/patchcore/index.js';
import type { Prediction } from '../../src/methods/types.js';

export function smallParts(
  kind: SynthKind,
  counts: { train: number; testGood: number; testPerDefect: number },
): Dataset {
  return synthSamples({ kind, seed: 1, size: 96, ...counts });
}

/** Inputs of 64 x 64: 8 x 8 patches. */
export function smallPatchCore(options: PatchCoreOptions = {}): PatchCore {
  return new PatchCore({ resize: 72, inputSize: 64, seed: 3, ...options });
}

/** The memory bank, as the model file holds it. */
export async function bankOf(model: PatchCore): Promise<Uint8Array> {
  const bank = readSafetensors(await model.toBytes()).tensors.get('bank');
  if (!bank) throw new Error('the model file has no bank');
  return bank.data;
}

/** Quicker than toEqual, which takes each byte for a value. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Everything but the timings. */
export function content({ timings: _, map, mask, ...rest }: Prediction) {
  return { ...rest, map: map.data, mask: mask?.data, shape: map.shape };
}
