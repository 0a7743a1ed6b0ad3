// A browser has no folders to write to; `synthSamples` gives the same dataset in memory.
import { IadError } from '../../runtime/errors.js';
import type { WriteSynthOptions, WrittenSynth } from './write.node.js';

export type { WriteSynthOptions, WrittenSynth };

/** @throws IadError NODE_ONLY, always */
export async function writeSynth(root: string, _options: WriteSynthOptions): Promise<WrittenSynth> {
  throw new IadError('NODE_ONLY', 'synthetic parts can be written to disk in Node only', {
    path: root,
    hint: 'Use synthSamples() in a browser.',
  });
}
