// A machine that carries out the jobs of benchmarks elsewhere.
import { hostname } from 'node:os';
import { join } from 'node:path';
import { importMethods } from '../../methods/modules.node.js';
import { IadError } from '../../runtime/errors.js';
import { checkCode } from './code.js';
import { openJob } from './datasets.js';
import { type ExecutorOptions, executor } from './index.node.js';
import { canonical, type Job, jobTitle } from './job.js';
import { type ServeOptions, serveQueue } from './queue/worker.node.js';

export interface WorkerOptions extends Omit<ExecutorOptions, 'processes'>, Omit<ServeOptions, 'locate' | 'machine'> {
  /** Where datasets lie on this machine, each in a folder of its name, and weights files; default: where they lie on the coordinator's. */
  readonly dataRoot?: string;
}

/**
 * Carries out jobs until it is stopped, each in a process of its own: a job that computes must not keep this one from telling
 * Redis that it lives.
 * @throws IadError as `serveQueue`; what opening a dataset throws, RESULTS_MISMATCH if it has other images, or
 *   other code of a user's method, than the coordinator; BAD_ARGUMENT if such a method is not here, MODULE_FAILED
 */
export async function runWorker(options: WorkerOptions): Promise<never> {
  await importMethods(options.modules ?? []);
  const execute = await executor({ ...options, processes: options.parallel });
  return serveQueue(execute, { ...options, machine: hostname(), locate: finder(options) });
}

/** Looks at the code of a user's method, finds a job's files, and looks once at each dataset whether it is the one that the job was made for. */
function finder({ dataRoot, signal }: WorkerOptions): (job: Job) => Promise<Job> {
  const looked = new Map<string, Promise<unknown>>();
  return async (job) => {
    checkCode(job);
    const found = dataRoot === undefined ? job : below(dataRoot, job);
    const key = canonical([found.folder, found.description.dataset]);
    const look = looked.get(key) ?? openJob(found, signal);
    looked.set(key, look);
    try {
      await look;
    } catch (error) {
      if (!(error instanceof IadError) || error.code === 'ABORTED') throw error;
      const hint = 'Bring the dataset there, or say by --data-root which folder holds it.';
      const what = `this worker cannot open the dataset of "${jobTitle(job)}" (${error.message})`;
      throw new IadError(error.code, what, { path: found.folder, hint });
    }
    return found;
  };
}

function below(root: string, job: Job): Job {
  const file = job.weights?.split(/[\\/]/).at(-1);
  return {
    ...job,
    folder: join(root, job.description.dataset.name),
    weights: file === undefined ? null : join(root, file),
  };
}
