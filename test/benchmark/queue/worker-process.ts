// A worker of trivial jobs in a process of its own, to be killed: node --import tsx worker-process.ts <address> <ms> <lock>
// [<patience>]
import process from 'node:process';
import { parseQueueAddress } from '../../../src/benchmark/grid/queue/address.js';
import { serveQueue } from '../../../src/benchmark/grid/queue/worker.node.js';
import { trivialExecute } from './jobs.js';

const [address = '', ms, lock, patience] = process.argv.slice(2);

await serveQueue(trivialExecute(Number(ms)), {
  address: parseQueueAddress(address),
  parallel: 1,
  machine: 'one',
  locate: async (job) => job,
  signal: new AbortController().signal,
  ...(patience !== undefined && { patience: Number(patience) }),
  lock: Number(lock),
  onBegin: ({ id }) => process.stdout.write(`${id}\n`),
}).catch(failed);

/** As the command line ends: once nothing is open any more. */
function failed(error: Error): void {
  process.stderr.write(error.message);
  process.exitCode = 1;
}
