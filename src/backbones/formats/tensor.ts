// A tensor as it lies in a file: bytes, a dtype and a shape. All weight formats come down to a map of these.
import { IadError } from '../../runtime/errors.js';
import { fromHalves } from '../../runtime/float16.js';

/** Bytes per element of the dtypes we read, by their safetensors names. */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

export interface RawTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Little-endian, row-major; a view into the file's bytes, at any alignment. */
  readonly data: Uint8Array;
}

export type TensorMap = ReadonlyMap<string, RawTensor>;

/** Elements of a shape, or undefined if a size is not a natural number or the bytes could not be counted exactly. */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
    if (count > Number.MAX_SAFE_INTEGER / 8) return undefined;
  }
  return count;
}

/**
 * The values of a floating-point tensor.
 * @returns a copy in float32; F64 is rounded, F16 and BF16 are exact
 * @throws WEIGHTS_FORMAT for integer tensors
 */
export function toFloat32(tensor: RawTensor, name: string, path: string): Float32Array {
  const { dtype, data } = tensor;
  // a copy, because a view may start at no multiple of the element's size; not slice(), which copies nothing of a Buffer
  const { buffer } = new Uint8Array(data);
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'F16':
      return fromHalves(new Uint16Array(buffer));
    case 'BF16': {
      const halves = new Uint16Array(buffer);
      const bits = new Uint32Array(halves.length);
      for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
      return new Float32Array(bits.buffer);
    }
    case 'I64':
    case 'U64':
    case 'I32':
    case 'U32':
    case 'I16':
    case 'U16':
    case 'I8':
    case 'U8':
    case 'BOOL':
      throw new IadError('WEIGHTS_FORMAT', `tensor ${name} has dtype ${dtype}, a floating-point one is needed`, {
        path,
      });
    default:
      return dtype satisfies never;
  }
}
