// What a network takes: in its model file, in a checkpoint, on the wasm heap. A training that cannot end well is refused before it starts.
import { currentBackend } from '../../../runtime/backend.js';
import { IadError } from '../../../runtime/errors.js';
import type { Parameter } from '../flow/parameters.js';
import { MAX_TENSOR_BYTES as MOST_IN_MODEL } from '../model-file.js';
import { parseConfig } from '../parse-config.js';
import { MAX_TENSOR_BYTES as MOST_IN_CHECKPOINT } from '../training/checkpoint.js';
import { momentsOf, optimizerSchema } from '../training/optimizer.js';
import type { TrainedConfig } from './config.js';
import type { Setting, TrainedDesign, TrainedNetwork } from './design.js';
import type { TrainedFitOptions } from './learn.js';

/** All that tfjs's wasm heap may grow to, for everything together. */
const MOST_ON_HEAP = 2 ** 32 - 2 ** 16;

/** Bytes. */
export interface TrainingSizes {
  readonly model: number;
  readonly checkpoint: number;
  /** The most at a time: what the network's arrays take, without the backbone and what the loss makes on its way. */
  readonly step: number;
}

/**
 * @param moments arrays of a parameter's size that the optimiser keeps of it
 * @param images in a batch
 */
export function trainingSizes(
  { parameters, buffers = [], parts }: TrainedNetwork,
  moments: number,
  images: number,
  isValidated: boolean,
): TrainingSizes {
  const trained = parameters.filter(({ isTrained }) => isTrained);
  const [all, others] = [bytesOf(trained), bytesOf(parameters.filter(({ isTrained }) => !isTrained))];
  const running = bytesOf(buffers);
  const best = isValidated ? all + running : 0;
  const checkpoint = all * (1 + moments) + running + best;
  const moved = parts?.(images).map((part) => bytesOf(trained.filter(({ name }) => part.parameters.includes(name))));
  const gradients = Math.max(...(moved ?? [all]));
  // While a step is made there is one parameter with its moments once more; the start values stay to the end.
  const again = Math.max(...trained.map((parameter) => bytesOf([parameter]))) * (1 + moments);
  const start = all + running;
  return { model: all + others + running, checkpoint, step: start + others + checkpoint + gradients + again };
}

/**
 * @param images to be trained on
 * @throws IadError MEMORY_BUDGET for a network that cannot be saved, whose checkpoints cannot be, or that the wasm heap cannot train;
 *   BAD_CONFIG for a configuration that makes no network
 */
export function checkSizes<Config extends TrainedConfig, State>(
  design: TrainedDesign<Config, State>,
  setting: Setting<Config>,
  state: State,
  images: number,
  { checkpoint }: Pick<TrainedFitOptions, 'checkpoint'>,
): void {
  const { config } = setting;
  const moments = momentsOf(parseConfig(design.name, optimizerSchema, design.training(config).optimizer));
  const isValidated = images > 1 && (design.validation?.(config, images) ?? null) !== null;
  const network = design.network(setting, state);
  const sizes = trainingSizes(network, moments, Math.min(config.batchSize, images), isValidated);
  const channels = setting.features.map((shape) => shape[2]).join(', ');
  const lower = design.sizedBy ? `lower ${design.sizedBy.join(' or ')}, or ` : '';
  const smaller = `${lower}choose layers of fewer channels than ${channels}.`;
  const refuse = (what: string, most: number, taken: number, hint: string) => {
    if (taken <= most) return;
    throw new IadError('MEMORY_BUDGET', `${what} ${gib(most)}, this network takes ${gib(taken)}`, {
      path: `${design.name}.fit`,
      hint,
    });
  };
  refuse('a model file holds at most', MOST_IN_MODEL, sizes.model, `To make it smaller, ${smaller}`);
  if (checkpoint !== undefined) {
    const hint = `Fit without checkpoints; or, to make it smaller, ${smaller}`;
    refuse('a checkpoint holds at most', MOST_IN_CHECKPOINT, sizes.checkpoint, hint);
  }
  if (currentBackend() !== 'wasm') return;
  const hint = `Use another backend; or, to make it smaller, ${smaller}`;
  refuse('to be trained on the wasm backend it may take', MOST_ON_HEAP, sizes.step, hint);
}

function bytesOf(parameters: readonly Parameter[]): number {
  const floats = parameters.map(({ shape }) => shape.reduce((product, side) => product * side, 1));
  return Float32Array.BYTES_PER_ELEMENT * floats.reduce((sum, size) => sum + size, 0);
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}
