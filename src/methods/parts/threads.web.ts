// In a browser everything runs on the page's own backend, which is where its GPU is.
import type { SessionInit } from './session.js';
import type { Threads } from './threads.js';

export function workerThreads(_method: string, _init: SessionInit, _size: number): Threads | null {
  return null;
}
