// One row of the kernel benchmark, before it is measured.
import type { Tensor } from '@tensorflow/tfjs';

export type Inputs = Readonly<Record<string, Tensor>>;

/** Runs an op once; gives back every tensor that it made, for the harness to wait for and dispose of. */
export type Run = (inputs: Inputs) => readonly Tensor[] | Promise<readonly Tensor[]>;

export interface KernelBenchmark {
  /** The op as users know it: `topKNeighbors`. */
  readonly op: string;
  /** The sizes, in the order of the op's arguments: `784x1536 in 16384, k=9`. */
  readonly sizes: string;
  /** `quick` rows take a second at most on wasm; `real` ones have the sizes of real use. */
  readonly set: 'quick' | 'real';
  /** Backends on which the row makes sense; all unless told. */
  readonly backends?: readonly string[];
  /** Seeded inputs on the current backend. */
  readonly make: () => Inputs | Promise<Inputs>;
  readonly run: Run;
  /** What it is compared with in the same run, `stock` (stock tfjs ops) and `brute` (the plain kernel) by convention. */
  readonly baselines: Readonly<Record<string, Run>>;
  /** Floating-point operations of the operation as defined, whatever the kernel saves of them. */
  readonly flops: number;
  /** Bytes that must be read and written at least once. */
  readonly bytes: number;
}
