// Images and feature maps [B, H, W, C] as kernel inputs.
import type { Tensor, Tensor4D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../runtime/errors.js';
import { input, type KernelCall } from './registry.js';

/** A map's sizes. */
export interface GridShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface GridInput extends GridShape {
  readonly info: TensorInfo;
}

/** A kernel's map input with its sizes. */
export function grid(call: KernelCall, name: string): GridInput {
  const info = input(call, name);
  const [batch, height, width, channels] = info.shape;
  const isGrid = info.shape.length === 4 && batch !== undefined && height !== undefined;
  if (isGrid && width !== undefined && channels !== undefined) return { info, batch, height, width, channels };
  throw new IadError('BAD_ARGUMENT', `a kernel needs [B, H, W, C] as ${name}, not [${info.shape}]`);
}

function isGridTensor(info: TensorInfo): info is Tensor4D {
  return info instanceof tf.Tensor && info.rank === 4;
}

/** A kernel's map input as a tensor, for implementations made of stock ops. */
export function gridTensor(call: KernelCall, name: string): Tensor4D {
  const info = input(call, name);
  if (isGridTensor(info)) return info;
  throw new IadError('BAD_ARGUMENT', `a kernel needs a tensor of rank 4 as ${name}, not [${info.shape}]`);
}

/** A kernel's only output as the rank that its op promises. */
export function gridOutput(op: string, [output]: Tensor[]): Tensor4D {
  if (output && isGridTensor(output)) return output;
  throw new IadError('BACKEND_WRONG', `${op}: the kernel must return one tensor [B, H, W, C]`);
}
