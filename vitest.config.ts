import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = fileURLToPath(new URL('./src', import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      // Worker threads cannot load TypeScript: they run the build (`npm test` makes it first).
      {
        find: /^\.\/worker-script\.node\.js$/,
        replacement: fileURLToPath(new URL('./test/helpers/worker-script.ts', import.meta.url)),
      },
      { find: /^#platform\/(.*)$/, replacement: `${src}/$1.node.ts` },
      { find: /^iad-tf$/, replacement: `${src}/index.ts` },
      { find: /^iad-tf\/(.*)$/, replacement: `${src}/$1/index.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Every file gets a process of its own: tfjs keeps its backend and its memory in module state.
    pool: 'forks',
    maxWorkers: 2,
  },
});
