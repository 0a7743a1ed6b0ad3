// The registry entries of kCenterGreedy. A run's state is a list of tensors that only the backend's own kernels understand.
import type { KernelDefinition } from '../registry.js';
import { kCenterAdvanceComposite, kCenterStartComposite } from './composite.js';
import { kCenterAdvanceCpu, kCenterStartCpu } from './reference.js';
import { kCenterAdvanceWasm, kCenterStartWasm } from './wasm.js';

/** (features, anchors; count) to [s0, s1, ...], the state. */
export const K_CENTER_START: KernelDefinition = {
  name: 'KCenterGreedyStart',
  cpu: kCenterStartCpu,
  wasm: kCenterStartWasm,
  composite: kCenterStartComposite,
};

/** (features, s0, s1, ...; from, to) to [indices, radii] and, unless the state was changed in place, the new state. */
export const K_CENTER_ADVANCE: KernelDefinition = {
  name: 'KCenterGreedy',
  cpu: kCenterAdvanceCpu,
  wasm: kCenterAdvanceWasm,
  composite: kCenterAdvanceComposite,
};
