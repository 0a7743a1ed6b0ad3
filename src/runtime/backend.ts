// Chooses the tfjs backend: the fastest one this machine has, proven on a small known answer before it is used.
import * as tf from '@tensorflow/tfjs';
import { importNative, provideWebGpu } from '#platform/runtime/machine';
import { IadError } from './errors.js';
import { registerWebGpu } from './webgpu.js';

export type BackendName = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

export interface BackendReport {
  readonly name: BackendName;
  /** What computes: the package, the GPU adapter or `SIMD`. */
  readonly device: string;
  /** Faster backends that were not taken, and why. */
  readonly passedOver: readonly { readonly name: string; readonly reason: string }[];
}

export interface BackendOptions {
  /**
   * Browser, wasm: the address of the folder that serves the `.wasm` files of @tensorflow/tfjs-backend-wasm (its `dist`),
   * with a slash at its end; the first call that starts the backend counts. Default: the folder of the page's script.
   */
  readonly wasmFolder?: string;
}

/** Puts a layer's own kernels into tfjs for a backend, after it has started and before it is proven. */
export type PrepareBackend = (name: BackendName) => void;

/** Ready with the device's description, or the reason why not: it cannot be had, unless it is there and computes wrongly. */
type Attempt = { device: string } | { reason: string; wrong?: boolean };

let chosen: BackendReport | null = null;

/** The last choice asked for, as far as it got. */
let lastTurn: Promise<unknown> = Promise.resolve();

const FASTEST_FIRST: readonly BackendName[] = ['tensorflow', 'webgpu', 'wasm', 'cpu'];

/** A graphics driver that has not answered by then hangs. SwiftShader on a busy machine takes seconds. */
const GPU_PATIENCE_MS = 60_000;

/** What `useBackend` of the kernels does, which documents it; `prepare` puts the kernels in. */
export async function startBackend(
  choice: BackendName | 'auto',
  options: BackendOptions,
  prepare: PrepareBackend,
): Promise<BackendReport> {
  if (choice !== 'auto' && !FASTEST_FIRST.includes(choice)) {
    throw new IadError('BAD_ARGUMENT', `there is no backend '${choice}'`, {
      path: 'useBackend',
      hint: `Use one of: auto, ${FASTEST_FIRST.join(', ')}.`,
    });
  }
  return inTurn(() => choose(choice, options, prepare));
}

/** One choice at a time: tfjs gives up the start of a backend when another one begins. */
function inTurn<T>(act: () => Promise<T>): Promise<T> {
  const turn = lastTurn.then(act, act);
  lastTurn = turn;
  return turn;
}

async function choose(
  choice: BackendName | 'auto',
  options: BackendOptions,
  prepare: PrepareBackend,
): Promise<BackendReport> {
  const passedOver: { name: string; reason: string }[] = [];
  let wrong = false;
  for (const name of choice === 'auto' ? FASTEST_FIRST : [choice]) {
    const attempt = await inTime(startAndProve(name, choice !== 'auto', options, prepare));
    if ('device' in attempt) {
      chosen = { name, device: attempt.device, passedOver };
      return chosen;
    }
    passedOver.push({ name, reason: attempt.reason });
    wrong ||= attempt.wrong ?? false;
  }
  if (chosen) await tf.setBackend(chosen.name);
  const reasons = passedOver.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  throw new IadError(wrong ? 'BACKEND_WRONG' : 'BACKEND_UNAVAILABLE', reasons, {
    path: 'useBackend',
    hint: 'Use another backend, or auto.',
  });
}

/** The attempt, or a reason once patience is at an end: a driver that hangs must not hang the caller. */
async function inTime(attempt: Promise<Attempt>): Promise<Attempt> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<Attempt>((resolve) => {
    timer = setTimeout(() => resolve({ reason: `no answer in ${GPU_PATIENCE_MS / 1000} s` }), GPU_PATIENCE_MS);
  });
  try {
    return await Promise.race([attempt, silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function startAndProve(
  name: BackendName,
  askedFor: boolean,
  options: BackendOptions,
  prepare: PrepareBackend,
): Promise<Attempt> {
  try {
    const attempt = await tryBackend(name, askedFor, options);
    if ('reason' in attempt) return attempt;
    prepare(name);
    const value = await knownConvolution();
    return value === 285 ? attempt : { reason: `computes ${value} where 285 is right`, wrong: true };
  } catch (cause) {
    return { reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function tryBackend(name: BackendName, askedFor: boolean, options: BackendOptions): Promise<Attempt> {
  switch (name) {
    case 'tensorflow':
      return tryTensorflow();
    case 'webgpu':
      return tryWebGpu(askedFor);
    case 'wasm':
      return tryWasm(options.wasmFolder);
    case 'cpu':
      await tf.setBackend('cpu');
      silenceAdvice();
      return { device: 'plain JavaScript' };
    default:
      return name satisfies never;
  }
}

async function tryTensorflow(): Promise<Attempt> {
  const reasons: string[] = [];
  for (const packageName of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const) {
    const reason = await importNative(packageName);
    if (reason !== null) reasons.push(`${packageName} ${reason}`);
    else if (await canSet('tensorflow')) return { device: packageName };
    else reasons.push(`${packageName} brings no backend to this copy of tfjs`);
  }
  return { reason: reasons.join(', ') };
}

async function tryWebGpu(askedFor: boolean): Promise<Attempt> {
  const missing = await provideWebGpu(askedFor);
  if (missing !== null) return { reason: missing };
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return { reason: 'no adapter: no graphics driver answers' };
  const { vendor, architecture, device, description } = adapter.info;
  const label = [vendor, architecture, device, description].filter((part) => part !== '').join(' ');
  if (!askedFor && /swiftshader|llvmpipe|lavapipe|software/i.test(label)) {
    return { reason: `only a software renderer (${label})` };
  }
  await registerWebGpu(adapter);
  return (await canSet('webgpu')) ? { device: label } : { reason: `the adapter (${label}) gave no device` };
}

async function tryWasm(folder: string | undefined): Promise<Attempt> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  if (folder !== undefined) setWasmPaths(folder);
  if (!(await canSet('wasm'))) {
    return { reason: 'the engine could not start it; does the server give its .wasm files (option wasmFolder)?' };
  }
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return simd ? { device: 'SIMD' } : { reason: 'this engine has no WebAssembly SIMD' };
}

async function canSet(name: string): Promise<boolean> {
  if (tf.findBackendFactory(name) === null) return false;
  return tf.setBackend(name).catch(() => false);
}

/** tfjs advises Node users to install tfjs-node on the first use of its cpu backend; here the choice was made already. */
function silenceAdvice(): void {
  const backend = tf.backend();
  if ('firstUse' in backend) backend.firstUse = false;
}

/** A 3x3 convolution whose answer is known: the sum of 1..9 weighted by 1..9, 285. */
async function knownConvolution(): Promise<number | undefined> {
  const answer = tf.tidy(() => {
    const ramp = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    return tf.conv2d(tf.tensor3d(ramp, [3, 3, 1]), tf.tensor4d(ramp, [3, 3, 1, 1]), 1, 'valid').asScalar();
  });
  const [value] = await answer.data();
  answer.dispose();
  return value;
}

/** Chooses by `auto` unless a backend was started before. */
export async function ensureStarted(prepare: PrepareBackend): Promise<BackendReport> {
  return inTurn(async () => chosen ?? choose('auto', {}, prepare));
}

/** The backend in use in this thread; null before the first choice. */
export function currentBackend(): BackendName | null {
  return chosen?.name ?? null;
}

/** Whether more threads make images go faster: only where the backend in use has no parallelism of its own. */
export function gainsFromThreads(): boolean {
  return currentBackend() === 'wasm';
}
