// The one error for files that are images, but cannot be read as such.
import { IadError } from '../runtime/errors.js';

/** `IMAGE_UNREADABLE`, with advice. */
export function damaged(what: string, path: string, cause?: unknown): IadError {
  return new IadError('IMAGE_UNREADABLE', what, { path, hint: 'Get the file again, or leave it out.', cause });
}
