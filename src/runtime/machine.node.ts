// Facts about the machine, and the packages that only Node can bring.
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { vulkanLacks } from './vulkan.node.js';

/** Threads that can run at once. */
export function cores(): number {
  return availableParallelism();
}

/** Peak resident set size of this process in bytes. */
export function peakMemory(): number | null {
  // Linux and macOS builds of Node both report kilobytes here.
  return process.resourceUsage().maxRSS * 1024;
}

/** tfjs's native bindings, if the user has installed them; the reason if not. */
export async function importNative(
  name: '@tensorflow/tfjs-node-gpu' | '@tensorflow/tfjs-node',
): Promise<string | null> {
  try {
    await import(name);
    return null;
  } catch (cause) {
    return importFailure(cause);
  }
}

/**
 * Brings WebGPU to Node through Dawn (the optional package `webgpu`); the reason if that is not possible.
 * @param insist start Dawn even where it will find no driver, which it reports on stderr
 */
export async function provideWebGpu(insist: boolean): Promise<string | null> {
  if (globalThis.navigator?.gpu) return null;
  const lacks = insist ? null : vulkanLacks();
  if (lacks !== null) return lacks;
  try {
    const dawn = await import('webgpu');
    Object.assign(globalThis, dawn.globals);
    const gpu = dawn.create([]);
    // Node 20 has no navigator at all, later versions have one whose properties are fixed.
    if (globalThis.navigator === undefined) {
      Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
    } else {
      Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
    }
    return null;
  } catch (cause) {
    return `Dawn (the npm package webgpu) ${importFailure(cause)}`;
  }
}

function importFailure(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND') return 'not installed';
  return `cannot be loaded: ${(cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]}`;
}
