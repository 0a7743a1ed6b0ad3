// The layer that runs WGSL on tfjs's webgpu backend: order, parts of buffers, faults, a lost device.
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { useBackend } from '../../../src/kernels/backend.js';
import { type KernelDefinition, matrix, number, runKernel } from '../../../src/kernels/registry.js';
import { allocate, webGpuBackend, withScratch } from '../../../src/kernels/webgpu/backend.js';
import { f32, i32, type Pass, runPasses, spread, u32 } from '../../../src/kernels/webgpu/passes.js';
import { missing } from '../../helpers/needs.js';

const source = (expression: string) => `
  struct Uniforms { size: u32, factor: f32, shift: i32 }
  @group(0) @binding(0) var<storage, read> x: array<f32>;
  @group(0) @binding(1) var<storage, read_write> out: array<f32>;
  @group(0) @binding(2) var<uniform> uniforms: Uniforms;
  @compute @workgroup_size(64)
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let i = (group.y * groups.x + group.x) * 64u + lane;
    if (i < uniforms.size) { out[i] = ${expression}; }
  }`;

const AFFINE = source('x[i] * uniforms.factor + f32(uniforms.shift)');

function affine(name: string, wgsl: string): KernelDefinition {
  return {
    name,
    webgpu: (call) => {
      const backend = webGpuBackend(call.backend);
      const { info, rows, columns } = matrix(call, 'x');
      const out = allocate(backend, [rows, columns], 'float32');
      const size = rows * columns;
      const uniforms = [u32(size), f32(number(call, 'factor')), i32(number(call, 'shift'))];
      const groups = spread(backend, Math.ceil(size / 64));
      runPasses(backend, [{ name, source: wgsl, buffers: [info, out], uniforms, groups }]);
      return [out];
    },
  };
}

const run = (kernel: KernelDefinition, x: tf.Tensor, factor: number, shift: number): tf.Tensor => {
  const [out] = runKernel(kernel, { x }, { factor, shift });
  if (!out) throw new Error('no output');
  return out;
};

const backend = () => webGpuBackend(tf.backend());

const reason = missing('webgpu');

describe.skipIf(reason !== null)('WGSL on the webgpu backend', () => {
  beforeEach(async () => {
    await useBackend('webgpu');
  });
  afterAll(() => tf.removeBackend('webgpu'));

  const kernel = affine('Affine', AFFINE);

  test('runs between tfjs operations in their order, and leaves nothing', async () => {
    const ones = tf.ones<tf.Rank.R2>([7, 33]);
    await ones.data();
    const before = tf.memory();
    const values = await tf
      .tidy(() => {
        let x = ones.add(1);
        for (let i = 0; i < 20; i++) x = run(kernel, x.mul(2), 0.5, i % 2 === 0 ? 3 : -3).relu();
        return x.clone();
      })
      .data();
    expect(values).toEqual(new Float32Array(231).fill(2));
    expect(tf.memory().numTensors).toBe(before.numTensors + 1);
    ones.dispose();
  });

  test('passes see what those before them wrote; a list repeats', async () => {
    const gpu = backend();
    const ones = tf.ones<tf.Rank.R2>([1, 130]);
    const out = allocate(gpu, [1, 130], 'float32');
    withScratch(gpu, [130], (scratch) => {
      const pass = (x: tf.TensorInfo, to: tf.TensorInfo, shift: number): Pass => ({
        name: 'Affine',
        source: AFFINE,
        buffers: [x, to],
        uniforms: [u32(130), f32(2), i32(shift)],
        groups: [3],
      });
      runPasses(gpu, [pass(ones, out, 0)]);
      runPasses(gpu, [pass(out, scratch, 1), pass(scratch, out, -1)], 3);
      // An empty dispatch does nothing.
      runPasses(gpu, [{ ...pass(ones, out, 0), groups: [0] }]);
    });
    let expected = 2;
    for (let i = 0; i < 3; i++) expected = (expected * 2 + 1) * 2 - 1;
    expect(await gpu.read(out.dataId)).toEqual(new Float32Array(130).fill(expected));
    gpu.disposeData(out.dataId);
    ones.dispose();
  });

  test('parts of a buffer are bound', async () => {
    const gpu = backend();
    const x = tf.tensor2d(
      Float32Array.from({ length: 256 }, (_, i) => i),
      [1, 256],
    );
    const out = allocate(gpu, [1, 256], 'float32');
    const half = (from: number): Pass => ({
      name: 'Affine',
      source: AFFINE,
      buffers: [
        { tensor: x, from, bytes: 512 },
        { tensor: out, from: 512 - from, bytes: 512 },
      ],
      uniforms: [u32(128), f32(1), i32(0)],
      groups: [2],
    });
    runPasses(gpu, [half(0), half(512)]);
    const expected = Float32Array.from({ length: 256 }, (_, i) => (i + 128) % 256);
    expect(await gpu.read(out.dataId)).toEqual(expected);
    gpu.disposeData(out.dataId);
    x.dispose();
  });

  test('a source is compiled once', async () => {
    const gpu = backend();
    const compile = vi.spyOn(gpu.device, 'createComputePipeline');
    const own = affine('Once', source('x[i] * uniforms.factor + f32(uniforms.shift) + 0.0'));
    for (const x of [tf.ones([2, 3]), tf.ones([5, 1])]) await run(own, x, 1, 1).data();
    const mine = compile.mock.calls.filter(([{ label }]) => label === 'Once');
    expect(mine.length).toBe(1);
    compile.mockRestore();
  });

  test('a WGSL mistake is thrown by every read under way, with the kernel and the reason, and then is over', async () => {
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
    const wrong = affine('Wrong', source('x[i] + nowhere + uniforms.factor + f32(uniforms.shift)'));
    const x = tf.ones([2, 3]);
    for (let turn = 0; turn < 2; turn++) {
      const out = run(wrong, x, 1, 0);
      const other = run(wrong, x, 1, 0);
      for (const found of await Promise.allSettled([out.data(), other.data()])) {
        expect(found).toMatchObject({ status: 'rejected', reason: { code: 'BACKEND_WRONG' } });
        expect(String(found.status === 'rejected' && found.reason)).toMatch(/Wrong: .*nowhere/s);
      }
      tf.dispose([out, other]);
    }
    expect(await run(kernel, x, 1, 1).data()).toEqual(new Float32Array(6).fill(2));
    quiet.mockRestore();
  });

  test('a mistake in the bindings is thrown too', async () => {
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
    const wrong = affine('Unbound', source('f32(uniforms.size) + uniforms.factor + f32(uniforms.shift)'));
    const x = tf.ones([2, 3]);
    const out = run(wrong, x, 1, 0);
    await expect(out.data()).rejects.toMatchObject({
      code: 'BACKEND_WRONG',
      message: expect.stringContaining('Unbound'),
    });
    quiet.mockRestore();
  });

  test('a fault outside of our kernels is thrown by every read under way, and then is over', async () => {
    const x = tf.ones([2, 3]);
    const [a, b] = [x.add(1), x.mul(4)];
    backend().device.createShaderModule({ code: 'nonsense' });
    for (const found of await Promise.allSettled([a.data(), b.data()])) {
      expect(found).toMatchObject({ status: 'rejected', reason: { code: 'BACKEND_WRONG' } });
      expect(String(found.status === 'rejected' && found.reason)).toMatch(/webgpu: .*nonsense/s);
    }
    expect(await x.sub(1).data()).toEqual(new Float32Array(6));
    tf.dispose([x, a, b]);
  });

  test('what is too large for the device is refused', () => {
    const gpu = backend();
    expect(() => allocate(gpu, [2 ** 20, 2 ** 20], 'float32')).toThrow(
      expect.objectContaining({ code: 'MEMORY_BUDGET' }),
    );
    const big = { tensor: tf.ones([2, 2]), from: 0, bytes: gpu.device.limits.maxStorageBufferBindingSize + 4 };
    const pass = { name: 'Big', source: AFFINE, buffers: [big, big], groups: [1] };
    expect(() => runPasses(gpu, [pass])).toThrow(expect.objectContaining({ code: 'MEMORY_BUDGET' }));
  });

  test('an empty tensor is allocated', async () => {
    const gpu = backend();
    const empty = allocate(gpu, [0, 3], 'int32');
    expect(await gpu.read(empty.dataId)).toEqual(new Int32Array(0));
    gpu.disposeData(empty.dataId);
  });

  test('workgroups spread over two dimensions', () => {
    const gpu = backend();
    const most = gpu.device.limits.maxComputeWorkgroupsPerDimension;
    for (const groups of [0, 1, most, most + 1, 3 * most - 1]) {
      const [x, y] = spread(gpu, groups);
      expect(x).toBeLessThanOrEqual(most);
      expect(x * y).toBeGreaterThanOrEqual(groups);
      expect(x * y - groups).toBeLessThan(Math.max(1, y));
    }
  });

  test('the device has what its adapter offers', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const gpu = backend();
    for (const feature of ['shader-f16', 'subgroups']) {
      const offered = [...(adapter?.features ?? [])].map(String).includes(feature);
      expect([...gpu.device.features].map(String).includes(feature)).toBe(offered);
    }
    expect(gpu.device.limits.maxBufferSize).toBe(adapter?.limits.maxBufferSize);
  });

  test('other backends are refused', async () => {
    await useBackend('cpu');
    expect(() => webGpuBackend(tf.backend())).toThrow(expect.objectContaining({ code: 'BACKEND_WRONG' }));
  });

  test('a lost device is said by name, and useBackend starts another', async () => {
    const gpu = backend();
    const x = tf.ones([2, 3]);
    await x.add(1).data();
    const out = run(kernel, x, 1, 1);
    gpu.device.destroy();
    await expect(out.data()).rejects.toMatchObject({ code: 'DEVICE_LOST' });
    expect(() => run(kernel, x, 1, 1)).toThrow(expect.objectContaining({ code: 'DEVICE_LOST' }));
    await useBackend('webgpu');
    expect(backend()).not.toBe(gpu);
    expect(await run(kernel, tf.ones([2, 3]), 1, 1).data()).toEqual(new Float32Array(6).fill(2));
  });
});
