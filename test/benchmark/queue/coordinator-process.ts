// A coordinator of trivial jobs in a process of its own, to be killed:
// node --import tsx coordinator-process.ts <address> <results folder> <jobs> [<patience>]
import process from 'node:process';
import { trivialJobs } from '../../../bench/benchmark/trivial-jobs.js';
import { ResultsFolder } from '../../../src/benchmark/grid/folder.node.js';
import { parseQueueAddress } from '../../../src/benchmark/grid/queue/address.js';
import { runThroughQueue } from '../../../src/benchmark/grid/queue.node.js';

const [address = '', out = '', count, patience] = process.argv.slice(2);
const jobs = await trivialJobs(Number(count));

await runThroughQueue(jobs, await ResultsFolder.open(out, { jobs, skipped: [] }), {
  address: parseQueueAddress(address),
  signal: new AbortController().signal,
  ...(patience !== undefined && { patience: Number(patience) }),
  onRecord: ({ id }) => process.stdout.write(`${id}\n`),
}).catch(failed);

/** As the command line ends: once nothing is open any more. */
function failed(error: Error): void {
  process.stderr.write(error.message);
  process.exitCode = 1;
}
