// Cases for kernels that go by tfjs's names, whoever implements them: what we replace or add must agree with the rest.
import type { NamedAttrMap } from '@tensorflow/tfjs';
import type { KernelCase } from '../case.js';

export interface StockCase extends Omit<KernelCase, 'numbers'> {
  /** The kernel's attributes as tfjs's ops give them. */
  readonly attrs: NamedAttrMap;
}

export interface StockSuite {
  /** tfjs's name of the kernel. */
  readonly name: string;
  readonly cases: () => readonly StockCase[];
}
