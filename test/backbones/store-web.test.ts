// The browser's twin of the store, with Node's fetch in place of the browser's.
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../src/backbones/formats/safetensors.js';
import * as node from '../../src/backbones/store.node.js';
import * as web from '../../src/backbones/store.web.js';
import { seededStateDict } from './golden.js';

describe('the store in a browser', () => {
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    const file = writeSafetensors(seededStateDict('resnet18', 'layer1'));
    server = createServer((request, response) => {
      if (request.url === '/w.safetensors') response.end(file);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterAll(() => {
    server.close();
  });

  it('has the same exports as the one on disk', () => {
    expect(Object.keys(web).sort()).toEqual(Object.keys(node).sort());
  });

  it('fetches weights by address', async () => {
    const weights = `${origin}/w.safetensors`;
    const found = await web.resolveWeights({ architecture: 'resnet18', weights }, { until: 'layer1' });
    expect(found).toMatchObject({ id: weights, until: 'layer1' });
    expect(found.convs.stem?.shape).toEqual([7, 7, 3, 64]);
  });

  it('says what it cannot do', async () => {
    const choice = { architecture: 'resnet18', weights: `${origin}/none` } as const;
    await expect(web.resolveWeights(choice)).rejects.toThrow(/^\[WEIGHTS_DOWNLOAD\] http.*none: .*answered 404/);
    const closed = { ...choice, weights: 'http://127.0.0.1:9/w' };
    await expect(web.resolveWeights(closed)).rejects.toThrow(/^\[WEIGHTS_DOWNLOAD\].*no answer/);
    await expect(web.resolveWeights('resnet50')).rejects.toThrow(
      /^\[WEIGHTS_MISSING\].*architecture: 'resnet50_keras', weights/,
    );
    await expect(web.pullWeights('resnet50')).rejects.toThrow(/^\[NODE_ONLY\]/);
    expect((await web.listWeights()).every(({ state }) => state === 'missing')).toBe(true);
  });
});
