// How the learning rate changes over a training: a factor on every optimiser's own rate, as a pure function of the step.
import * as z from 'zod';

const unit = z.union([z.enum(['epoch', 'step']), z.strictObject({ epochs: z.int().positive() })]).default('epoch');
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
 * with t the units done and T all of them: whole epochs, so many epochs at a time, or steps. Where several steps are made on each batch,
 * they count as one here.
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
  /** Steps in all. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

/** What the learning rates are multiplied by at a step, counted from 0. */
export function rateFactor(schedule: Schedule, step: number, { steps, stepsPerEpoch }: Length): number {
  const perUnit = stepsPerUnit(schedule.unit, stepsPerEpoch);
  const total = steps / perUnit;
  const { warmUp } = schedule;
  const done = step / perUnit;
  if (warmUp && done < warmUp.length) {
    const target = factorAt(schedule, warmUp.length, total);
    return target * warmUp.from + (target - target * warmUp.from) * (done / warmUp.length);
  }
  return factorAt(schedule, Math.floor(done), total);
}

function stepsPerUnit(unit: Schedule['unit'], stepsPerEpoch: number): number {
  if (unit === 'step') return 1;
  return unit === 'epoch' ? stepsPerEpoch : unit.epochs * stepsPerEpoch;
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
