// Threads in a browser: Web Workers, in pages that are cross-origin isolated.
import { type ThreadWorker, WORKER_SCRIPT, type WorkerEvents } from './worker.js';

const SCRIPT = `
const listen = (use) => { onmessage = ({ data }) => use(data); };
const reply = (result) => postMessage(result);
${WORKER_SCRIPT}`;

export function threadsLack(): string | null {
  if (typeof Worker === 'undefined') return 'there are no workers here';
  return globalThis.crossOriginIsolated ? null : 'this page is not cross-origin isolated, so it has no shared memory';
}

export function startWorker(events: WorkerEvents): ThreadWorker {
  const address = URL.createObjectURL(new Blob([SCRIPT], { type: 'text/javascript' }));
  const worker = new Worker(address);
  const release = () => URL.revokeObjectURL(address);
  worker.onmessage = ({ data }: MessageEvent<number>) => {
    release();
    events.answered(data);
  };
  worker.onmessageerror = () => events.lost('its message cannot be read');
  worker.onerror = ({ message }) => {
    release();
    // A worker that the page's policy forbids says nothing.
    events.lost(message || 'it does not start; the Content-Security-Policy must allow worker-src blob:');
  };
  return {
    post: (message) => worker.postMessage(message),
    hold: () => {},
    end: async () => worker.terminate(),
  };
}
