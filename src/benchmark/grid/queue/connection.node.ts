// The connection to Redis, and the watch on it: everything that waits for Redis waits no longer than Redis answers.
import { setMaxListeners } from 'node:events';
import type { RedisOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { IadError } from '../../../runtime/errors.js';
import type { QueueAddress } from './address.js';
import { plain } from './messages.js';

/** After so many milliseconds without an answer of Redis, what needs it ends with QUEUE_UNAVAILABLE. */
export const PATIENCE = 30_000;

const NO_ANSWER = 'no answer';

export class QueueConnection {
  /** Fires once Redis has not answered for too long; the reason is the error to end with. */
  readonly lost: AbortSignal;
  /** For the clients that BullMQ makes. */
  readonly options: RedisOptions;
  readonly #address: QueueAddress;
  readonly #patience: number;
  readonly #client: Redis;
  readonly #lost = new AbortController();
  #beat: NodeJS.Timeout | undefined;
  #ready = false;
  #closed = false;
  #problem = NO_ANSWER;

  private constructor(address: QueueAddress, patience: number, Client: typeof Redis) {
    this.#address = address;
    this.#patience = patience;
    this.lost = this.#lost.signal;
    // Every command under way listens.
    setMaxListeners(0, this.lost);
    const retryStrategy = () => (this.#ready && !this.#closed && !this.lost.aborted ? this.#pause : null);
    this.options = { ...optionsOf(address), maxRetriesPerRequest: null, retryStrategy };
    this.#client = new Client({
      ...optionsOf(address),
      retryStrategy,
      lazyConnect: true,
      // What could not be sent at once is no sign of life.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
    });
    // It says why, where the rejection of a command only says that the connection is closed.
    this.#client.on('error', (error) => this.#note(error));
  }

  /**
   * Connects once, without a second attempt: an address that is wrong shows at once.
   * @param patience milliseconds that Redis may be silent, now and later
   * @throws IadError QUEUE_UNAVAILABLE
   */
  static async open(address: QueueAddress, patience = PATIENCE): Promise<QueueConnection> {
    const { Redis } = await import('ioredis');
    const connection = new QueueConnection(address, patience, Redis);
    await connection.#connect();
    return connection;
  }

  /** What a command of Redis gives. @throws IadError QUEUE_UNAVAILABLE if Redis refuses it, or is silent for too long */
  async answer<T>(command: Promise<T>): Promise<T> {
    let forget = () => {};
    const lost = new Promise<never>((_, reject) => {
      const stop = () => reject(this.lost.reason);
      if (this.lost.aborted) stop();
      this.lost.addEventListener('abort', stop);
      forget = () => this.lost.removeEventListener('abort', stop);
    });
    try {
      return await Promise.race([command, lost]);
    } catch (error) {
      throw this.failure(error);
    } finally {
      forget();
    }
  }

  /** An error of a client in the library's terms. The error itself stays here: it may hold the password. */
  failure(error: unknown): IadError {
    if (error instanceof IadError) return error;
    this.#note(error);
    const hint = 'Check the address, and that Redis runs and may be written to; the same command then goes on.';
    return new IadError('QUEUE_UNAVAILABLE', this.#problem, { path: this.#address.shown, hint });
  }

  /** Ends clients of BullMQ, which would wait for a Redis that is lost. */
  drop(...clients: readonly (Promise<{ disconnect(): void }> | undefined)[]): void {
    for (const client of clients) client?.then((each) => each.disconnect()).catch(() => {});
  }

  /** Lets go of Redis at once. Safe to call twice. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#beat);
    this.#client.disconnect();
  }

  async #connect(): Promise<void> {
    const first = async () => {
      await this.#client.connect();
      // A database that does not exist would quietly be the first one.
      await this.#client.select(this.#address.db);
      await this.#client.ping();
    };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#silent()), this.#patience);
    });
    try {
      await Promise.race([first(), late]);
    } catch (error) {
      this.close();
      throw this.failure(error);
    } finally {
      clearTimeout(timer);
    }
    this.#ready = true;
    this.#watch();
  }

  /** Beats are counted, not time: a process that was asleep, or too busy to listen, has not missed an answer. */
  #watch(): void {
    let unanswered = 0;
    let asking = false;
    const ask = async () => {
      asking = true;
      try {
        await this.#client.ping();
        unanswered = 0;
        this.#problem = NO_ANSWER;
      } catch (error) {
        this.#note(error);
      } finally {
        asking = false;
      }
    };
    this.#beat = setInterval(() => {
      if (unanswered * this.#pause >= this.#patience) {
        clearInterval(this.#beat);
        this.#lost.abort(this.#silent());
        return;
      }
      unanswered++;
      if (!asking) void ask();
    }, this.#pause);
  }

  /** Between two signs of life, and before a connection is tried again; milliseconds. */
  get #pause(): number {
    return Math.min(1000, this.#patience / 10);
  }

  #note(error: unknown): void {
    const text = plain(error instanceof Error ? error.message : String(error));
    const vague = text === '' || /connection is closed|isn't writeable|command aborted/i.test(text);
    if (vague && this.#problem !== NO_ANSWER) return;
    const { password } = this.#address;
    this.#problem = vague ? 'the connection was closed' : password ? text.replaceAll(password, '***') : text;
  }

  #silent(): IadError {
    const what = `Redis has not answered for ${this.#patience / 1000} s (${this.#problem})`;
    const hint = 'The same command goes on once Redis is there again.';
    return new IadError('QUEUE_UNAVAILABLE', what, { path: this.#address.shown, hint });
  }
}

function optionsOf({ host, port, db, username, password, tls }: QueueAddress): RedisOptions {
  return {
    host,
    port,
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
  };
}
