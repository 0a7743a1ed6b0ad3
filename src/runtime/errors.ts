// The one error type of the library. A caller switches on `code`; a person reads the message.

/** What went wrong, as a stable machine-readable word. */
export type IadErrorCode =
  // the caller's input
  | 'BAD_ARGUMENT'
  | 'BAD_CONFIG'
  | 'NOT_FITTED'
  | 'MODULE_FAILED'
  | 'ABORTED'
  // images, masks and datasets
  | 'IMAGE_NOT_FOUND'
  | 'IMAGE_UNREADABLE'
  | 'IMAGE_TOO_LARGE'
  | 'IMAGE_FORMAT'
  | 'MASK_SIZE'
  | 'MASK_MISSING'
  | 'MASK_WITHOUT_IMAGE'
  | 'DUPLICATE_STEM'
  | 'ANOMALY_IN_TRAIN'
  | 'FOLDER_NOT_FOUND'
  | 'FOLDER_EMPTY'
  | 'LAYOUT_UNKNOWN'
  | 'NO_GOOD_IMAGES'
  | 'WRONG_ROOT_LEVEL'
  | 'CATEGORY_NOT_FOUND'
  | 'SPLIT_FOLDER_MISSING'
  | 'SPLIT_OVERLAP'
  | 'CSV_INVALID'
  | 'CONFIG_INVALID'
  | 'MASK_VALUE_UNKNOWN'
  // backbones and weights
  | 'WEIGHTS_UNKNOWN'
  | 'WEIGHTS_MISSING'
  | 'WEIGHTS_HASH'
  | 'WEIGHTS_FORMAT'
  | 'WEIGHTS_DOWNLOAD'
  // model files
  | 'MODEL_NOT_FOUND'
  | 'MODEL_FORMAT'
  | 'MODEL_CORRUPT'
  | 'MODEL_VERSION'
  | 'MODEL_MISMATCH'
  // training
  | 'TRAINING_DIVERGED'
  // the benchmark
  | 'SETTING_NOT_SERVED'
  | 'RESULTS_MISMATCH'
  | 'RESULTS_CORRUPT'
  | 'RESULTS_UNREADABLE'
  | 'QUEUE_UNAVAILABLE'
  | 'QUEUE_VERSION'
  | 'QUEUE_MESSAGE'
  // the machine
  | 'BACKEND_UNAVAILABLE'
  | 'BACKEND_WRONG'
  | 'DEVICE_LOST'
  | 'WORKER_CRASHED'
  | 'MEMORY_BUDGET'
  | 'DISK_FULL'
  | 'WRITE_FAILED'
  | 'NODE_ONLY';

export interface IadErrorDetails {
  /** The file, folder or field at fault. */
  path?: string;
  /** What the reader can do about it. */
  hint?: string;
  cause?: unknown;
}

/** Message form: `[CODE] path: what is wrong. hint`. */
export class IadError extends Error {
  readonly code: IadErrorCode;
  readonly path: string | undefined;
  readonly hint: string | undefined;

  constructor(code: IadErrorCode, what: string, details: IadErrorDetails = {}) {
    const where = details.path === undefined ? '' : `${details.path}: `;
    const advice = details.hint === undefined ? '' : ` ${details.hint}`;
    super(`[${code}] ${where}${what}${what.endsWith('.') ? '' : '.'}${advice}`, { cause: details.cause });
    this.name = 'IadError';
    this.code = code;
    this.path = details.path;
    this.hint = details.hint;
  }
}

/** Throws `ABORTED` if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** A reason that is a string, such as `SIGINT`, goes into the message. */
export function abortedError({ reason }: AbortSignal): IadError {
  return new IadError('ABORTED', `stopped by ${typeof reason === 'string' ? reason : 'the caller'}`, { cause: reason });
}

/** Gives timers, input and signals their turn between two pieces of work; throws `ABORTED` if the signal has fired. */
export async function yieldTurn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  throwIfAborted(signal);
}
