// The GPU device of tfjs's webgpu backend, asked for with everything that the kernels can use; tfjs alone would take less.
import * as tf from '@tensorflow/tfjs';

const FEATURES: readonly string[] = ['timestamp-query', 'bgra8unorm-storage', 'shader-f16', 'subgroups'];

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupsPerDimension',
] as const;

function isWanted(feature: string): feature is GPUFeatureName {
  return FEATURES.includes(feature);
}

/** Puts the backend `webgpu` on this adapter into tfjs, unless it runs already on a device that is not lost. */
export async function registerWebGpu(adapter: GPUAdapter): Promise<void> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const running = tf.engine().registry.webgpu;
  if (running instanceof WebGPUBackend && !(await isLost(running.device))) return;
  if (tf.findBackendFactory('webgpu') !== null) tf.removeBackend('webgpu');
  tf.registerBackend(
    'webgpu',
    async () => {
      const device = await adapter.requestDevice({
        requiredFeatures: [...adapter.features].filter(isWanted),
        requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
      });
      return new WebGPUBackend(device, adapter.info);
    },
    3,
  );
}

async function isLost(device: GPUDevice): Promise<boolean> {
  const later = new Promise<false>((resolve) => setTimeout(resolve, 0, false));
  return Promise.race([device.lost.then(() => true), later]);
}
