// The names of the synthetic kinds and defects, and the check of what a caller asks for.
import { IadError } from '../../runtime/errors.js';
import type { Image, Mask } from '../types.js';

export const SYNTH_KINDS = ['cloth', 'metal', 'wood', 'board', 'tray'] as const;
export type SynthKind = (typeof SYNTH_KINDS)[number];

export type StructuralDefect = 'scratch' | 'crack' | 'stain' | 'hole';
export type LogicalDefect = 'missing' | 'extra' | 'misplaced' | 'rotated';
export type DefectName = StructuralDefect | LogicalDefect;

const STRUCTURAL: readonly StructuralDefect[] = ['scratch', 'crack', 'stain', 'hole'];

/** The defects each kind can show. Logical ones need components, so textures have none. */
export const SYNTH_DEFECTS: Readonly<Record<SynthKind, readonly DefectName[]>> = {
  cloth: STRUCTURAL,
  metal: STRUCTURAL,
  wood: STRUCTURAL,
  board: [...STRUCTURAL, 'missing', 'extra', 'misplaced', 'rotated'],
  tray: [...STRUCTURAL, 'missing', 'extra', 'misplaced'],
};

/** Side lengths in pixels that can be rendered: below, yarns and pins vanish; above, memory and time grow without use. */
export const SYNTH_SIZE = { min: 64, max: 2048 } as const;

export interface SynthImageOptions {
  readonly kind: SynthKind;
  /** Any integer; only its low 32 bits count. */
  readonly seed: number;
  /** Which part, 0 and up; each has its own pose, light, grain and noise. */
  readonly index: number;
  /** Side length in pixels, 64..2048. Details keep their size relative to the frame. */
  readonly size: number;
  /** One of `SYNTH_DEFECTS[kind]`; null or left out for a good part. */
  readonly defect?: DefectName | null;
}

export interface SynthImage {
  readonly image: Image;
  /** All zero for a good part. */
  readonly mask: Mask;
}

/** Throws BAD_ARGUMENT unless `value` is an integer in min..max. */
export function checkInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new IadError('BAD_ARGUMENT', `synth: must be an integer in ${min}..${max}, got ${value}`, { path: name });
}

/** Throws BAD_ARGUMENT for an unknown kind. */
export function checkKind(kind: string): asserts kind is SynthKind {
  if ((SYNTH_KINDS as readonly string[]).includes(kind)) return;
  throw new IadError('BAD_ARGUMENT', `synth: unknown kind '${kind}'`, {
    path: 'kind',
    hint: `Use one of ${SYNTH_KINDS.join(', ')}.`,
  });
}

/** Throws BAD_ARGUMENT where the kind cannot show the defect. */
export function checkDefect(kind: SynthKind, defect: string): asserts defect is DefectName {
  if ((SYNTH_DEFECTS[kind] as readonly string[]).includes(defect)) return;
  throw new IadError('BAD_ARGUMENT', `synth: ${kind} has no defect '${defect}'`, {
    path: 'defect',
    hint: `Use one of ${SYNTH_DEFECTS[kind].join(', ')}.`,
  });
}

/** True for defects of what is where, rather than of the surface. */
export function isLogical(defect: DefectName): defect is LogicalDefect {
  return !(STRUCTURAL as readonly DefectName[]).includes(defect);
}
