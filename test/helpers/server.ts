// A server of a few folders and made-up files, for a page in a test.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

export interface Served {
  /** Path to content. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** Prefix, slash at its end, to a folder. */
  readonly folders: ReadonlyMap<string, string>;
  /** Sends the headers that give a page SharedArrayBuffer. */
  readonly isolated: boolean;
}

export interface Server {
  readonly address: string;
  close(): Promise<void>;
}

/** Listens on a free port of this machine only. */
export async function serve({ files, folders, isolated }: Served): Promise<Server> {
  const read = async (path: string) => {
    const made = files.get(path);
    if (made !== undefined) return made;
    for (const [prefix, folder] of folders) {
      const file = normalize(join(folder, path.slice(prefix.length)));
      if (path.startsWith(prefix) && file.startsWith(folder + sep)) return readFile(file).catch(() => null);
    }
    return null;
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    void read(path).then((content) => {
      response.setHeader('content-type', TYPES[extname(path) || '.html'] ?? 'application/octet-stream');
      if (isolated) {
        response.setHeader('cross-origin-opener-policy', 'same-origin');
        response.setHeader('cross-origin-embedder-policy', 'require-corp');
      }
      response.statusCode = content === null ? 404 : 200;
      response.end(content ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    address: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
