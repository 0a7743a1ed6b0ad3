// Draws that anybody can repeat: the generator's seed is made of what is drawn for, and the result says all that went in.
import type { Sample } from '../../data/types.js';
import { IadError } from '../../runtime/errors.js';
import { Random, seedFor } from '../../runtime/random.js';

/** What a draw is for; different purposes are independent. */
export type Purpose = 'few-shot' | 'supervised' | 'noise' | 'subset' | 'augment' | 'train';

/** Where a draw stands in the benchmark. */
export interface DrawPlace {
  readonly dataset: string;
  readonly category: string;
  readonly repeat: number;
  readonly baseSeed: number;
}

export interface Draw {
  /** `dataset|category|purpose|repeat`. */
  readonly key: string;
  /** The generator's first state: FNV-1a of the key, mixed with the base seed. */
  readonly state: number;
  /** Images drawn from. */
  readonly population: number;
  /** Ids of those drawn, in drawing order. */
  readonly chosen: readonly string[];
}

/** @throws IadError `BAD_ARGUMENT` for a name that would make two keys alike */
export function drawKey({ dataset, category, repeat }: DrawPlace, purpose: Purpose): string {
  for (const name of [dataset, category]) {
    if (name !== '' && !name.includes('|')) continue;
    throw new IadError('BAD_ARGUMENT', `drawKey: the name "${name}" of a dataset or category, must be without |`);
  }
  return `${dataset}|${category}|${purpose}|${repeat}`;
}

export function purposeSeed(place: DrawPlace, purpose: Purpose): number {
  return seedFor(drawKey(place, purpose), place.baseSeed);
}

/**
 * Some of the samples, without replacement. Draws of growing count are nested, so that 1, 2, 4 and 8 shots share images.
 * @param population sorted by path
 * @param count at most as many as there are
 */
export function drawSamples(
  population: readonly Sample[],
  count: number,
  place: DrawPlace,
  purpose: Purpose,
): { readonly samples: readonly Sample[]; readonly draw: Draw } {
  const key = drawKey(place, purpose);
  const state = seedFor(key, place.baseSeed);
  const samples = new Random(state).sample(population.length, count).map((index) => population[index]!);
  return { samples, draw: { key, state, population: population.length, chosen: samples.map(({ id }) => id) } };
}
