// What goes wrong on a GPU is told later, by promises. Here it becomes an error of the next read, so that no value that a faulty
// kernel left behind is ever taken for a result.

import type { KernelBackend } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';

interface Health {
  /** Why the device is gone. */
  lost: string | null;
  /** Checks of our kernels that have not answered, and those that found a fault which nobody was told yet. */
  readonly checks: Set<Promise<IadError | null>>;
  /** Faults outside of them, in tfjs's own kernels and allocations: how many, how many of them somebody was told, and the last. */
  readonly others: { count: number; told: number; last: IadError | null };
}

const healths = new WeakMap<KernelBackend, Health>();

/** The health of a backend's device. The first call begins to watch it, and stands before the backend's reads. */
function healthOf(backend: KernelBackend, device: GPUDevice): Health {
  const known = healths.get(backend);
  if (known) return known;
  const health: Health = { lost: null, checks: new Set(), others: { count: 0, told: 0, last: null } };
  healths.set(backend, health);
  void device.lost.then(({ message, reason }) => {
    health.lost = message || reason || 'for no reason told';
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    health.others.count++;
    health.others.last = faultOf('webgpu', error);
  });
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const checks = [...health.checks];
    const { told } = health.others;
    try {
      return await read(dataId);
    } catch (cause) {
      // The device says that it is lost a little after what it breaks.
      await new Promise((resolve) => setTimeout(resolve, 0));
      throw health.lost === null ? cause : lostError(health.lost, cause);
    } finally {
      await throwFirst(health, checks, told);
    }
  };
  return health;
}

/** @param told faults outside of our kernels that were told when the read began */
async function throwFirst(health: Health, checks: readonly Promise<IadError | null>[], told: number): Promise<void> {
  const found = await Promise.all(checks);
  for (const [i, check] of checks.entries()) if (found[i]) health.checks.delete(check);
  const { others } = health;
  const other = others.count > told ? others.last : null;
  others.told = others.count;
  // Ours comes first: the others may follow from it.
  const first = found.find((fault) => fault !== null) ?? other;
  if (first && health.lost === null) throw first;
}

function lostError(why: string, cause?: unknown): IadError {
  return new IadError('DEVICE_LOST', `the GPU device is lost: ${why}`, {
    hint: 'Its tensors are gone. Call useBackend again, and load or fit again.',
    cause,
  });
}

/** @throws IadError DEVICE_LOST if the device is known to be gone */
export function checkDevice(backend: KernelBackend, device: GPUDevice): void {
  const { lost } = healthOf(backend, device);
  if (lost !== null) throw lostError(lost);
}

/**
 * Calls the device inside error scopes. A fault is thrown by every read that begins before it was told, in the name of the kernel.
 * @param onFault called when there was one
 */
export function watch<T>(
  backend: KernelBackend,
  device: GPUDevice,
  name: string,
  act: () => T,
  onFault?: () => void,
): T {
  const { checks } = healthOf(backend, device);
  const filters = ['out-of-memory', 'internal', 'validation'] as const;
  for (const filter of filters) device.pushErrorScope(filter);
  try {
    return act();
  } finally {
    const scopes = filters.map(async () => device.popErrorScope());
    const check = verdict(name, scopes).then((fault) => {
      if (fault) onFault?.();
      else checks.delete(check);
      return fault;
    });
    checks.add(check);
  }
}

async function verdict(name: string, scopes: readonly Promise<GPUError | null>[]): Promise<IadError | null> {
  // A lost device rejects; that is told as its loss.
  const errors = await Promise.all(scopes.map((scope) => scope.catch(() => null)));
  const error = errors.find((candidate) => candidate !== null);
  return error ? faultOf(name, error) : null;
}

function faultOf(name: string, error: GPUError): IadError {
  const message = error.message.trim();
  if (error instanceof GPUOutOfMemoryError) {
    return new IadError('MEMORY_BUDGET', `${name}: out of memory on the GPU: ${message}`, {
      hint: 'Use fewer rows: a smaller coreset, or fewer images at a time.',
    });
  }
  return new IadError('BACKEND_WRONG', `${name}: ${message}`);
}
