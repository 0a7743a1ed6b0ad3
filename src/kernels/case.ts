// What a kernel folder's cases.ts gives, and the conformance test and the browser's smoke test walk over.
import type { KernelDefinition } from './registry.js';

export interface CaseTensor {
  readonly values: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

export interface ExpectedTensor extends CaseTensor {
  /**
   * Allowed absolute error, for all elements or for each: derived from the operation's condition (for a sum of n products
   * n 2^-24 sum |a b|, and so on), with the reference in float64. Absent: every bit must agree. Where a value is NaN or infinite
   * it must agree in any case.
   */
  readonly error?: number | Float64Array;
}

export interface KernelCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, CaseTensor>>;
  readonly numbers?: Readonly<Record<string, number>>;
  /** Computed by the reference when asked for. */
  readonly expected: () => readonly ExpectedTensor[];
  /** Backends, or `composite`, whose own semantics the case is beyond (subnormal numbers on a GPU), with the reason. */
  readonly except?: Readonly<Record<string, string>>;
}

export interface KernelSuite {
  readonly kernel: KernelDefinition;
  /** Runs first, on the same inputs and numbers; its outputs are inputs s0, s1, ... of `kernel`. See {@link KernelDefinition.startOf}. */
  readonly start?: KernelDefinition;
  readonly cases: () => readonly KernelCase[];
  /** Names of the cases that are small enough to run everywhere, the browser included. */
  readonly smoke: readonly string[];
}
