// Scores images with a user's method, one after another on the calling thread, and checks what it gives.
import { IadError } from '../../runtime/errors.js';
import { smooth } from '../parts/anomaly-map.js';
import { openImage } from '../parts/open-image.js';
import { type Job, type JobAnswer, NOTHING } from '../parts/session.js';
import { type Threads, thisThread } from '../parts/threads.js';
import { geometryOf } from './config.js';
import type { MethodDefinition, OwnArrays, OwnConfig, OwnOptions } from './definition.js';

/** They need no closing: nothing is kept on the backend. */
export function scoringThread<Options extends OwnOptions, Learned extends OwnArrays>(
  definition: MethodDefinition<Options, Learned>,
  learned: Learned,
  config: OwnConfig<Options>,
): Promise<Threads> {
  const answer = (job: Job) => answerOf(definition, learned, config, job);
  return thisThread({ start: async () => ({ answer, dispose() {} }) }, null);
}

async function answerOf<Options extends OwnOptions, Learned extends OwnArrays>(
  definition: MethodDefinition<Options, Learned>,
  learned: Learned,
  config: OwnConfig<Options>,
  job: Job,
): Promise<JobAnswer> {
  const start = performance.now();
  const { plan, view } = await openImage(job, geometryOf(config));
  const { inputSize: side, smoothing } = config;
  const data = view(0);
  const opened = performance.now();
  const scored = await definition.score({ id: job.id, width: side, height: side, data }, learned, config);
  const given: unknown = scored?.map;
  if (!(given instanceof Float32Array) || given.length !== side ** 2 || !given.every(Number.isFinite)) {
    throw refused(definition.id, 'map', `a Float32Array of ${side} x ${side} finite numbers`, job.id);
  }
  const { data: map } = await smooth({ width: side, height: side, data: given }, smoothing, 'edge');
  const score: unknown = scored.score ?? map.reduce((most, value) => Math.max(most, value));
  if (typeof score !== 'number' || !Number.isFinite(score)) {
    throw refused(definition.id, 'score', 'a finite number', job.id);
  }
  const times = { decode: opened - start, features: 0, scoring: performance.now() - opened };
  return { result: { plan, ...times, score, split: map.length, rest: 0 }, arrays: [map, NOTHING] };
}

function refused(id: string, field: string, expected: string, image: string): IadError {
  return new IadError('BAD_ARGUMENT', `the ${field} that it gives for ${image} must be ${expected}`, {
    path: `${id}.score`,
    hint: `Correct the method's code.`,
  });
}
