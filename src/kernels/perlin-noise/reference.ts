// The meaning of perlinNoise: every device is compared with this file. Float64 inside.
import type { TensorInfo } from '@tensorflow/tfjs';
import { makeTensor, readFloats } from '../cpu.js';
import { type KernelCall, matrix, number } from '../registry.js';

/** Numbers of the kernel: images, cells of the lattice per image, pixels per image. */
export interface PerlinSizes {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
}

export function perlinSizes(call: KernelCall): PerlinSizes {
  const [batch, rows, columns] = [number(call, 'batch'), number(call, 'rows'), number(call, 'columns')];
  return { batch, rows, columns, height: number(call, 'height'), width: number(call, 'width') };
}

/** Gradients of a length (along the rows' axis, along the columns' axis) from angles in radians: [n] to [n, 2]. */
export function perlinGradients(angles: ArrayLike<number>, length: number): Float32Array {
  const gradients = new Float32Array(2 * angles.length);
  for (let i = 0; i < angles.length; i++) {
    gradients[2 * i] = length * Math.cos(angles[i]!);
    gradients[2 * i + 1] = length * Math.sin(angles[i]!);
  }
  return gradients;
}

const fade = (t: number) => t ** 3 * (t * (6 * t - 15) + 10);
const lerp = (a: number, b: number, t: number) => a + t * (b - a);

/**
 * Pixel (y, x) lies at (y rows / height, x columns / width) of the lattice. With the fractions f of its cell: the products of the four
 * corners' gradients with the way from them, interpolated by 6 f^5 - 15 f^4 + 10 f^3, times sqrt 2.
 * @param gradients [batch, rows + 1, columns + 1, 2]
 * @returns [batch, height, width]
 */
export function perlinNoiseReference(gradients: Float32Array, sizes: PerlinSizes): Float32Array {
  const { batch, rows, columns, height, width } = sizes;
  const noise = new Float32Array(batch * height * width);
  for (let i = 0; i < noise.length; i++) {
    const [x, y, image] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))];
    const [row, column] = [Math.floor((y * rows) / height), Math.floor((x * columns) / width)];
    // Whole numbers until the division, so that a lattice point is one on every device.
    const [fy, fx] = [((y * rows) % height) / height, ((x * columns) % width) / width];
    const corner = (down: number, right: number) => {
      const at = 2 * ((image * (rows + 1) + row + down) * (columns + 1) + column + right);
      return gradients[at]! * (fy - down) + gradients[at + 1]! * (fx - right);
    };
    const left = lerp(corner(0, 0), corner(1, 0), fade(fy));
    const right = lerp(corner(0, 1), corner(1, 1), fade(fy));
    noise[i] = Math.SQRT2 * lerp(left, right, fade(fx));
  }
  return noise;
}

export function perlinNoiseCpu(call: KernelCall): TensorInfo[] {
  const sizes = perlinSizes(call);
  const noise = perlinNoiseReference(readFloats(call.backend, matrix(call, 'gradients').info), sizes);
  return [makeTensor(call.backend, noise, [sizes.batch, sizes.height, sizes.width])];
}
