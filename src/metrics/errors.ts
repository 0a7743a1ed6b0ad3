// The error of the metrics module, which stands alone and so cannot use the library's own.

/** What is wrong with the input, as a stable machine-readable word. */
export type MetricErrorCode =
  /** A score is NaN or infinite. */
  | 'NOT_FINITE'
  /** A label or mask value is neither 0 nor 1. */
  | 'BAD_LABEL'
  /** Arrays that belong together differ in size, or a size is not a whole number. */
  | 'SHAPE'
  /** An option is out of its range. */
  | 'BAD_ARGUMENT';

/** Message form: `[CODE] function: what is wrong`. */
export class MetricError extends Error {
  readonly code: MetricErrorCode;
  /** The image at fault, counted from 0 in the order given; undefined where the fault is not in one image. */
  readonly index: number | undefined;

  constructor(code: MetricErrorCode, what: string, index?: number) {
    super(`[${code}] ${what}`);
    this.name = 'MetricError';
    this.code = code;
    this.index = index;
  }
}

/** Throws `SHAPE` unless width and height are whole numbers >= 0 and `length` is their product. */
export function checkImageSize(
  caller: string,
  what: string,
  length: number,
  width: number,
  height: number,
  index?: number,
): void {
  const whole = Number.isSafeInteger(width) && Number.isSafeInteger(height) && width >= 0 && height >= 0;
  if (whole && length === width * height) return;
  throw new MetricError('SHAPE', `${caller}: ${what} holds ${length} values, the size is ${width} x ${height}`, index);
}

/** Throws `BAD_ARGUMENT` unless the value is one of those known. For callers whose types nobody checks. */
export function checkChoice<T extends string>(caller: string, name: string, value: T, known: readonly T[]): void {
  if (known.includes(value)) return;
  throw new MetricError('BAD_ARGUMENT', `${caller}: ${name} is ${value}, none of ${known.join(', ')}`);
}

/** Throws `BAD_ARGUMENT` unless it is a finite number or undefined. */
export function checkMaskThreshold(caller: string, maskThreshold: number | undefined): void {
  if (maskThreshold === undefined || Number.isFinite(maskThreshold)) return;
  throw new MetricError('BAD_ARGUMENT', `${caller}: maskThreshold is ${maskThreshold}, not a finite number`);
}
