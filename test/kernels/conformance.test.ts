// Every kernel on every backend present, and the composites made of stock ops, against the references.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { conform, conformStock } from '../../src/kernels/conform.js';
import { KERNELS } from '../../src/kernels/list.js';
import type { KernelDefinition } from '../../src/kernels/registry.js';
import { STOCK_KERNELS } from '../../src/kernels/stock/index.js';
import { STOCK_SUITES } from '../../src/kernels/stock/suites.js';
import { SUITES } from '../../src/kernels/suites.js';
import { missing } from '../helpers/needs.js';

/** The composite as a kernel of its own on the current backend. */
function compositeOf({ name, composite }: KernelDefinition): KernelDefinition | undefined {
  return composite && { name: `${name}Composite`, composite };
}

const WALKS = [
  { name: 'cpu', backend: 'cpu', kernelOf: (kernel: KernelDefinition) => kernel.cpu && kernel },
  { name: 'wasm', backend: 'wasm', kernelOf: (kernel: KernelDefinition) => kernel.wasm && kernel },
  { name: 'webgpu', backend: 'webgpu', kernelOf: (kernel: KernelDefinition) => kernel.webgpu && kernel },
  { name: 'composite', backend: 'wasm', kernelOf: compositeOf },
] as const;

test('every kernel is walked over', () => {
  const walked = new Set(SUITES.flatMap(({ kernel, start }) => (start ? [kernel.name, start.name] : [kernel.name])));
  expect(KERNELS.map(({ name }) => name).filter((name) => !walked.has(name))).toEqual([]);
});

test('a kernel that makes a state is walked over with the one that goes on from it', () => {
  const pairs = SUITES.map(({ kernel, start }) => [start?.startOf, start && kernel.name]);
  expect(pairs.filter(([of, name]) => of !== name)).toEqual([]);
  const starts = SUITES.flatMap(({ start }) => (start ? [start.name] : []));
  expect(
    KERNELS.filter(({ startOf }) => startOf !== undefined)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(starts.sort());
});

test("every kernel under one of tfjs's names is walked over", () => {
  const walked = new Set(STOCK_SUITES.map(({ name }) => name));
  expect(STOCK_KERNELS.map(({ name }) => name).filter((name) => !walked.has(name))).toEqual([]);
});

describe.each(WALKS)('$name', ({ name, backend, kernelOf }) => {
  const absent = backend === 'webgpu' ? missing('webgpu') : null;
  beforeAll(async () => {
    if (absent === null) await useBackend(backend);
  });

  for (const suite of SUITES) {
    const kernel = kernelOf(suite.kernel);
    const start = suite.start && kernelOf(suite.start);
    if (!kernel || (suite.start && !start)) continue;
    const cases = suite.cases().filter(({ except }) => except?.[name] === undefined);
    test.skipIf(absent !== null).each(cases)(`${suite.kernel.name}: $name`, async (kernelCase) => {
      expect(tf.getBackend()).toBe(backend);
      expect(await conform(kernel, kernelCase, start)).toEqual([]);
    });
  }
});

// Ours on wasm, tfjs's own elsewhere: under one name they must mean the same.
describe.each(['cpu', 'wasm', 'webgpu'] as const)("tfjs's names on %s", (backend) => {
  const absent = backend === 'webgpu' ? missing('webgpu') : null;
  beforeAll(async () => {
    if (absent === null) await useBackend(backend);
  });

  for (const { name, cases } of STOCK_SUITES) {
    const walked = cases().filter(({ except }) => except?.[backend] === undefined);
    test.skipIf(absent !== null).each(walked)(`${name}: $name`, async (stockCase) => {
      expect(tf.getBackend()).toBe(backend);
      expect(await conformStock(name, stockCase)).toEqual([]);
    });
  }
});
