// A Redis server for a test: on a free port, in a scratch folder, keeping nothing.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { redisServer } from './needs.js';

export const PASSWORD = 's3cret/pass word';

export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'iad-tf-redis-'));
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.start();
    return server;
  }

  /** With the password, as a user gives it. */
  get address(): string {
    return `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.port}/0`;
  }

  /** Again on the same port after `kill`, without what it held. */
  async start(): Promise<void> {
    const binary = redisServer();
    if (binary === null) throw new Error('there is no redis-server on the PATH');
    const options = { port: this.port, bind: '127.0.0.1', dir: this.#folder, save: '', requirepass: PASSWORD };
    const child = spawn(binary, ['-'], { stdio: ['pipe', 'ignore', 'inherit'] });
    this.#child = child;
    // As a file: the password has no business in a list of processes here either.
    child.stdin.end(
      Object.entries(options)
        .map(([name, value]) => `${name} ${JSON.stringify(value)}\n`)
        .join(''),
    );
    for (let tries = 0; !(await isListening(this.port)); tries++) {
      if (tries > 200 || child.exitCode !== null) throw new Error(`redis-server does not listen on port ${this.port}`);
      await delay(50);
    }
  }

  /** Changes an option of the running server. */
  async configure(name: string, value: string): Promise<void> {
    const client = new Redis({ host: '127.0.0.1', port: this.port, password: PASSWORD });
    try {
      await client.config('SET', name, value);
    } finally {
      client.disconnect();
    }
  }

  /** At once, as by a power cut. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Connections stay open, and nothing is answered until `resume`. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
