// Threads in Node: worker_threads.
import { Worker } from 'node:worker_threads';
import { type ThreadWorker, WORKER_SCRIPT, type WorkerEvents } from './worker.js';

const SCRIPT = `
import { parentPort } from 'node:worker_threads';
const listen = (use) => parentPort.on('message', use);
const reply = (result) => parentPort.postMessage(result);
${WORKER_SCRIPT}`;

/** Why there can be no threads here; null if there can. */
export function threadsLack(): string | null {
  return null;
}

export function startWorker(events: WorkerEvents): ThreadWorker {
  // A module as a data URL is one whatever flags this process was started with; loaders among them would only slow it down.
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(SCRIPT)}`), { execArgv: [] });
  worker.on('message', events.answered);
  worker.on('messageerror', (cause) => events.lost('its message cannot be read', cause));
  worker.on('error', (cause) => events.lost(cause instanceof Error ? cause.message : String(cause), cause));
  worker.on('exit', (code) => events.lost(`its thread ended with exit code ${code}`));
  return {
    post: (message) => worker.postMessage(message),
    hold: (isNeeded) => (isNeeded ? worker.ref() : worker.unref()),
    end: async () => {
      await worker.terminate();
    },
  };
}
