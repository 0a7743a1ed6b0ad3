// Where Redis is: what --queue says, taken apart so that the password never travels with the name that people see.
import { IadError } from '../../../runtime/errors.js';

export interface QueueAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
  /** For messages and records: without user and password. */
  readonly shown: string;
}

const HINT = 'Write redis://host:6379/0, with user:password@ before the host if needed; rediss:// for TLS.';

/**
 * Reads `redis[s]://[user:password@]host[:port][/db]`.
 * @throws IadError BAD_ARGUMENT; the message never repeats the text, which may hold a password
 */
export function parseQueueAddress(text: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw refused('not an address');
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') throw refused('neither redis:// nor rediss://');
  if (url.hostname === '') throw refused('no host in the address');
  if (url.search !== '' || url.hash !== '') throw refused('the address has options behind ? or #');
  const [, number = '', more] = /^\/?(\d*)(.*)$/.exec(url.pathname) ?? [];
  if (more !== '' || number.length > 6) throw refused('the part behind the host is not the number of a database');
  const port = url.port === '' ? 6379 : Number(url.port);
  const db = Number(number);
  const username = decoded(url.username);
  const password = decoded(url.password);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    db,
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    tls: url.protocol === 'rediss:',
    shown: `${url.protocol}//${url.hostname}:${port}/${db}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused('user or password has a % that is not part of an escape such as %25');
  }
}

function refused(what: string): IadError {
  return new IadError('BAD_ARGUMENT', what, { path: '--queue', hint: HINT });
}
