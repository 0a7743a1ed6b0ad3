// Runs a shared case on the current backend and says where its results are not what the reference allows. Used by the tests
// in Node and in the browser.

import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { CaseTensor, ExpectedTensor, KernelCase } from './case.js';
import { type KernelDefinition, runKernel, stateInputs } from './registry.js';
import type { StockCase } from './stock/case.js';

function toTensor({ values, shape }: CaseTensor): Tensor {
  return tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32');
}

async function read(tensor: Tensor): Promise<CaseTensor> {
  const values = await tensor.data<'float32' | 'int32'>();
  return { values, shape: tensor.shape };
}

/** The first element that is off, in words; null where every one is as it must be. */
export function difference(found: CaseTensor, expected: ExpectedTensor): string | null {
  if (`${found.shape}` !== `${expected.shape}`) return `shape [${found.shape}], not [${expected.shape}]`;
  for (let i = 0; i < expected.values.length; i++) {
    const [value, wanted] = [found.values[i]!, expected.values[i]!];
    if (Object.is(value, wanted) || value === wanted) continue;
    const error = typeof expected.error === 'object' ? expected.error[i]! : (expected.error ?? 0);
    if (Number.isFinite(wanted) && Math.abs(value - wanted) <= error) continue;
    return `element ${i} is ${value}, not ${wanted} within ${error}`;
  }
  return null;
}

/**
 * Everything that is wrong with a kernel on a case: values, shapes, a second run with other bits, inputs changed, tensors
 * leaked. Empty where all is well.
 */
export async function conform(
  kernel: KernelDefinition,
  kernelCase: KernelCase,
  start?: KernelDefinition,
): Promise<string[]> {
  const numbers = { ...kernelCase.numbers };
  return conformRun((inputs, wanted) => {
    if (!start) return runKernel(kernel, inputs, numbers);
    const state = runKernel(start, inputs, numbers);
    const outputs = runKernel(kernel, { ...inputs, ...stateInputs(state) }, numbers);
    // After its results it gives the state to go on with.
    const next = outputs.splice(wanted);
    tf.dispose([state, next]);
    return outputs;
  }, kernelCase);
}

/** The same for a kernel that goes by one of tfjs's names. */
export async function conformStock(kernelName: string, stockCase: StockCase): Promise<string[]> {
  return conformRun((inputs) => {
    const outputs = tf.engine().runKernel<Tensor | Tensor[]>(kernelName, inputs, { ...stockCase.attrs });
    return Array.isArray(outputs) ? outputs : [outputs];
  }, stockCase);
}

async function conformRun(
  runOnce: (inputs: Record<string, Tensor>, wanted: number) => Tensor[],
  kernelCase: Omit<KernelCase, 'numbers'>,
): Promise<string[]> {
  const inputs = Object.fromEntries(Object.entries(kernelCase.inputs).map(([name, given]) => [name, toTensor(given)]));
  const expected = kernelCase.expected();
  const problems: string[] = [];
  const before = tf.memory().numTensors;
  const run = async () => {
    const outputs = runOnce(inputs, expected.length);
    const values = await Promise.all(outputs.map(read));
    tf.dispose(outputs);
    return values;
  };
  const first = await run();
  const second = await run();
  if (tf.memory().numTensors !== before) problems.push(`leaves ${tf.memory().numTensors - before} tensors behind`);
  if (first.length !== expected.length) problems.push(`gives ${first.length} outputs, not ${expected.length}`);
  for (const [i, output] of first.entries()) {
    const wanted = expected[i];
    const off = wanted && difference(output, wanted);
    if (off) problems.push(`output ${i}: ${off}`);
    const again = difference(second[i] ?? output, { ...output });
    if (again) problems.push(`output ${i} of a second run: ${again}`);
  }
  for (const [name, given] of Object.entries(kernelCase.inputs)) {
    const tensor = inputs[name];
    const off = tensor && difference(await read(tensor), given);
    if (off) problems.push(`changes its input ${name}: ${off}`);
  }
  tf.dispose(inputs);
  return problems;
}
