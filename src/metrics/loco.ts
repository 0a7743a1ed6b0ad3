// Results on MVTec LOCO AD as its authors report them: logical and structural anomalies apart, each with all good images, and
// the plain mean of the two. A value pooled over both is another number.
import { checkChoice, MetricError } from './errors.js';
import { auroc } from './image.js';
import type { RefinementRule } from './official-spro.js';
import type { PixelAccumulator } from './pixel.js';

export type LocoKind = 'good' | 'logical' | 'structural';

export interface LocoValue {
  readonly logical: number | null;
  readonly structural: number | null;
  /** Null where one of the two is. */
  readonly mean: number | null;
}

export interface LocoAusproOptions {
  /** Upper false-positive rate, in (0, 1]; default 0.05. */
  readonly limit?: number;
  /** `official`: at the thresholds of the evaluation code, one set for both kinds; to be compared with its numbers. */
  readonly variant?: 'exact' | 'official';
  /** Of variant `official`; default `loco`. */
  readonly rule?: RefinementRule;
}

/**
 * AUsPRO.
 * @param kinds of the accumulator's images, in order
 * @throws MetricError `SHAPE` (not one kind per image), `BAD_ARGUMENT`
 */
export function locoAuspro(
  pixels: PixelAccumulator,
  kinds: readonly LocoKind[],
  { limit = 0.05, variant = 'exact', rule = 'loco' }: LocoAusproOptions = {},
): LocoValue {
  if (kinds.length !== pixels.length) {
    throw new MetricError('SHAPE', `locoAuspro: ${kinds.length} kinds and ${pixels.length} images`);
  }
  checkChoice('locoAuspro', 'variant', variant, ['exact', 'official']);
  const refineOn = kinds.map((_, i) => i);
  return byKind('locoAuspro', kinds, (images) =>
    variant === 'exact'
      ? pixels.auspro({ images, limit })
      : (pixels.officialAuspro({ images, limit, rule, refineOn })?.auspro ?? null),
  );
}

/**
 * Image-level AUROC.
 * @param variant as in {@link auroc}
 * @throws MetricError `SHAPE`, `NOT_FINITE`, `BAD_ARGUMENT`
 */
export function locoAuroc(
  scores: ArrayLike<number>,
  kinds: readonly LocoKind[],
  variant: 'exact' | 'mvtec-official' = 'exact',
): LocoValue {
  if (kinds.length !== scores.length) {
    throw new MetricError('SHAPE', `locoAuroc: ${kinds.length} kinds and ${scores.length} scores`);
  }
  return byKind('locoAuroc', kinds, (images) => {
    const labels = images.map((i) => (kinds[i] === 'good' ? 0 : 1));
    return auroc(
      images.map((i) => scores[i]!),
      labels,
      variant,
    );
  });
}

function byKind(caller: string, kinds: readonly LocoKind[], value: (images: number[]) => number | null): LocoValue {
  const at = kinds.findIndex((kind) => !['good', 'logical', 'structural'].includes(kind));
  if (at >= 0)
    throw new MetricError('BAD_ARGUMENT', `${caller}: ${kinds[at]} is none of good, logical, structural`, at);
  const of = (kind: LocoKind) => value(kinds.flatMap((own, i) => (own === 'good' || own === kind ? [i] : [])));
  const logical = of('logical');
  const structural = of('structural');
  return { logical, structural, mean: logical === null || structural === null ? null : (logical + structural) / 2 };
}
