// What a progress bar says behind its numbers: the time left, and the loss of a training.
import type { ProgressEvent } from '../runtime/progress.js';

/** Such as `, left 3 min, loss 1.234e+5`; empty where neither is known. */
export function progressTail({ remainingMs, loss }: ProgressEvent): string {
  const left = remainingMs === undefined ? '' : `, left ${duration(remainingMs)}`;
  return loss === undefined ? left : `${left}, loss ${loss.toPrecision(4)}`;
}

/** The two largest units, rounded up: `12 s`, `3 min 10 s`, `2 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
