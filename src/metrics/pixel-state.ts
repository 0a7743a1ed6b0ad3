// The state of a PixelAccumulator as plain data.
import { MetricError } from './errors.js';
import type { StoredImage } from './pixel-store.js';

export interface PixelState {
  readonly kind: 'iad-tf/pixels@1';
  readonly images: readonly StoredImage[];
  readonly warnings: readonly string[];
}

/** Throws `BAD_ARGUMENT` where it is not such a state. */
export function checkPixelState(state: PixelState): PixelState {
  const fits = state?.kind === 'iad-tf/pixels@1' && Array.isArray(state.images) && state.images.every(isStored);
  if (fits && Array.isArray(state.warnings)) return state;
  throw new MetricError('BAD_ARGUMENT', 'PixelAccumulator.fromState: this is not the state of a PixelAccumulator');
}

function isStored({ normal, anomalous, regions, channels }: StoredImage): boolean {
  const pairs = isKeys(anomalous) && anomalous.length % 2 === 0 && Number.isSafeInteger(regions);
  const own = channels === null || (Array.isArray(channels) && channels.every(({ highest }) => isKeys(highest)));
  return isKeys(normal) && pairs && own;
}

function isKeys(keys: Uint32Array): boolean {
  return keys?.[Symbol.toStringTag] === 'Uint32Array';
}
