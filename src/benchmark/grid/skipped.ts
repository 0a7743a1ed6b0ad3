// What a configuration asks for and cannot be, or might be thought to ask for and does not.
import type { IadError, IadErrorCode } from '../../runtime/errors.js';

/** A method that does not serve a setting, images that do not fit one, a folder of a dataset that is none of its categories. */
export interface Skipped {
  /** For people. */
  readonly what: string;
  readonly code: IadErrorCode;
  readonly reason: string;
  /** A method that does not serve a setting: its name in the benchmark, and the setting's id. */
  readonly unserved?: { readonly method: string; readonly setting: string };
}

export function skippedFor(what: string, { code, message }: IadError): Skipped {
  return { what, code, reason: message };
}
