// Opens fakes from disk for the tests of the layouts.
import { afterAll } from 'vitest';
import { type Collection, type OpenOptions, openCollection, type Sample } from '../../../src/data/index.js';
import { type Fake, writeFake } from '../../helpers/fake-datasets.js';

const removals: (() => void)[] = [];
afterAll(() => {
  for (const remove of removals) remove();
});

export function onDisk(fake: Fake, name?: string): string {
  const { root, remove } = writeFake(fake, name);
  removals.push(remove);
  return root;
}

export function open(fake: Fake, options?: OpenOptions, name?: string): Promise<Collection> {
  return openCollection(onDisk(fake, name), options);
}

/** What opening one category fails with. */
export async function failure(fake: Fake, options?: OpenOptions, name?: string): Promise<unknown> {
  try {
    (await open(fake, options, name)).dataset();
  } catch (error) {
    return error;
  }
  return undefined;
}

export function ids(samples: readonly Sample[] | undefined): string[] {
  return (samples ?? []).map(({ id }) => id);
}
