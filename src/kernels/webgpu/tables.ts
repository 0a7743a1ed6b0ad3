// Small tables of numbers that a kernel's passes read.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGpuBackend } from './backend.js';

/** Runs `use` with the tables on the device; they are freed after the commands that `use` records. */
export function withTables<T>(
  backend: WebGpuBackend,
  tables: readonly (Float32Array | Int32Array)[],
  use: (...tables: TensorInfo[]) => T,
): T {
  const infos = tables.map((table): TensorInfo => {
    const dtype = table instanceof Int32Array ? 'int32' : 'float32';
    return { dataId: backend.write(table, [table.length], dtype), shape: [table.length], dtype };
  });
  try {
    return use(...infos);
  } finally {
    for (const { dataId } of infos) backend.disposeData(dataId);
  }
}

/** The head of an entry point that takes element `i` of `uniforms.size` in each thread. */
export const EACH_ELEMENT = `
  @compute @workgroup_size(64)
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let i = (group.y * groups.x + group.x) * 64u + lane;
    if (i >= uniforms.size) { return; }`;
