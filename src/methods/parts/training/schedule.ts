// How the learning rate changes over a training: a factor on every optimiser's own rate, as a pure function of the step.
import * as z from 'zod';

const unit = z.enum(['epoch', 'step']).default('epoch');
/** Rises in a straight line from `from` times its target, over the first `length` units, to where the schedule then is. */
const warmUp = z.strictObject({ length: z.number().positive(), from: z.number().min(0).max(1) }).optional();
const shared = { unit, warmUp };

/**
 * - `constant`: 1
 * - `step`: times `factor` after every `every` units
 * - `milestones`: times `factor` at each of these units
 * - `cosine`: final + (1 - final) (1 + cos(pi t / T)) / 2, `final` being a fraction of the rate
 * - `polynomial`: (1 - t / T)^power
 *
 * with t the units done (whole epochs, or steps) and T all of them.
 */
export const scheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), ...shared }),
  z.strictObject({ kind: z.literal('step'), every: z.int().positive(), factor: z.number().positive(), ...shared }),
  z.strictObject({
    kind: z.literal('milestones'),
    at: z.array(z.number().nonnegative()),
    factor: z.number().positive(),
    ...shared,
  }),
  z.strictObject({ kind: z.literal('cosine'), final: z.number().min(0).max(1).default(0), ...shared }),
  z.strictObject({ kind: z.literal('polynomial'), power: z.number().positive(), ...shared }),
]);

export type ScheduleInput = z.input<typeof scheduleSchema>;
export type Schedule = z.output<typeof scheduleSchema>;

export interface Length {
  /** Optimiser steps in all. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

/** What the learning rates are multiplied by at a step, counted from 0. */
export function rateFactor(schedule: Schedule, step: number, { steps, stepsPerEpoch }: Length): number {
  const perUnit = schedule.unit === 'epoch' ? stepsPerEpoch : 1;
  const total = steps / perUnit;
  const { warmUp } = schedule;
  const done = step / perUnit;
  if (warmUp && done < warmUp.length) {
    const target = factorAt(schedule, warmUp.length, total);
    return target * warmUp.from + (target - target * warmUp.from) * (done / warmUp.length);
  }
  return factorAt(schedule, Math.floor(done), total);
}

function factorAt(schedule: Schedule, t: number, total: number): number {
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'step':
      return schedule.factor ** Math.floor(t / schedule.every);
    case 'milestones':
      return schedule.factor ** schedule.at.filter((milestone) => milestone <= t).length;
    case 'cosine':
      return schedule.final + ((1 - schedule.final) * (1 + Math.cos((Math.PI * Math.min(t, total)) / total))) / 2;
    case 'polynomial':
      return Math.max(0, 1 - t / total) ** schedule.power;
    default:
      return schedule satisfies never;
  }
}
