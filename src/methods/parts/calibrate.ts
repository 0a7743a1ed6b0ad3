// Holds good images out of fitting and reads the thresholds off their scores.
import { evaluationMap } from '../../data/views.js';
import { Random } from '../../runtime/random.js';
import type { FitOptions } from '../types.js';
import { type Calibration, quantileTable, samplePixels } from './calibration.js';
import { concatenate } from './concatenate.js';
import type { FrozenConfig } from './frozen-config.js';
import { asItIs, type NamedImage, originalsOf } from './inputs.js';
import { openThreads } from './open-threads.js';
import { scoreEach } from './score-each.js';
import type { SessionInit, SessionKind } from './session.js';
import type { Threads } from './threads.js';

/**
 * A seeded share of the images for the thresholds, at least one where any are wanted; the order is kept. Of an original that is held out
 * no copy is trained on, and it is scored as it is; of a single one nothing is held out.
 */
export function holdOut(
  method: string,
  all: readonly NamedImage[],
  { calibrationShare, seed }: Pick<FrozenConfig, 'calibrationShare' | 'seed'>,
): { held: NamedImage[]; kept: NamedImage[] } {
  const originals = originalsOf(all);
  const total = new Set(originals).size;
  const wanted = Math.floor(calibrationShare * total);
  const count = calibrationShare > 0 && total > 1 ? Math.max(1, wanted) : 0;
  const chosen = new Set(Random.forKey(`${method}|calibration`, seed).sample(total, count));
  const isHeld = (index: number) => chosen.has(originals[index] ?? -1);
  return {
    held: all.filter((_, i) => isHeld(i) && originals.indexOf(originals[i] ?? -1) === i).map(asItIs),
    kept: all.filter((_, i) => !isHeld(i)),
  };
}

/** Null without held-out images, or if none of them could be read. @param init with what was learned */
export async function calibrate<Init extends SessionInit>(
  kind: SessionKind<Init>,
  init: Init,
  held: readonly NamedImage[],
  skipped: { id: string; reason: string }[],
  options: FitOptions,
): Promise<Calibration | null> {
  if (held.length === 0) return null;
  const threads = await openThreads(kind, init, held.length, options.workers);
  return calibrateOn(threads, kind.method, init.config, held, skipped, options).finally(() => threads.close());
}

/** The same on threads that are open, which stay so. @param method its id */
export async function calibrateOn(
  threads: Threads,
  method: string,
  { memoryBudget, seed }: Pick<FrozenConfig, 'memoryBudget' | 'seed'>,
  held: readonly NamedImage[],
  skipped: { id: string; reason: string }[],
  { onProgress, signal, skipBad = false }: FitOptions,
): Promise<Calibration | null> {
  const watch = { onProgress, signal, skipped: skipBad ? skipped : null };
  // The sample of pixels may take half of the budget: it is joined from parts before it is sorted.
  const perImage = Math.max(4096, Math.floor(memoryBudget / (16 * held.length)));
  const random = Random.forKey(`${method}|pixels`, seed);
  const scores: number[] = [];
  const parts: Float32Array[] = [];
  for await (const { score, viewMaps, plan } of scoreEach(held, threads, 'calibration', watch)) {
    scores.push(score);
    parts.push(samplePixels(evaluationMap(viewMaps, plan).data, perImage, random));
  }
  if (scores.length === 0) return null;
  return { scores: Float32Array.from(scores).sort(), pixelQuantiles: quantileTable(concatenate(parts)) };
}

/** What a person should know about thresholds from so few images. */
export function calibrationWarnings(
  { falseAlarmRate }: Pick<FrozenConfig, 'falseAlarmRate'>,
  calibrationImages: number,
): string[] {
  const needed = Math.ceil(1 / falseAlarmRate);
  if (calibrationImages === 0) return ['no good images were held out: there are no thresholds'];
  if (calibrationImages >= needed) return [];
  return [
    `too few good images were held out (${calibrationImages}) to tell a false-alarm rate of ` +
      `${falseAlarmRate}, that takes ${needed}: the threshold is their largest score`,
  ];
}
