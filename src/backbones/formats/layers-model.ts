// Reads TensorFlow.js Layers models: model.json names the tensors, and shards hold them one after another, cut anywhere.
import * as z from 'zod';
import { IadError } from '../../runtime/errors.js';
import { elementCount, type RawTensor, type TensorMap } from './tensor.js';

/** Gives the bytes of a file that lies beside model.json. */
export type ReadSibling = (name: string) => Promise<Uint8Array>;

const manifestSchema = z.object({
  modelTopology: z.object({
    model_config: z.object({
      config: z.object({
        layers: z.array(z.object({ class_name: z.string(), config: z.looseObject({}) })),
      }),
    }),
  }),
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string()),
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.number()),
          dtype: z.string(),
          quantization: z.unknown().optional(),
        }),
      ),
    }),
  ),
});

export interface LayersModel {
  readonly tensors: TensorMap;
  /** The one epsilon of all its batch norms; undefined if it has none. */
  readonly batchNormEpsilon: number | undefined;
}

/**
 * @param json the bytes of model.json
 * @param readSibling called once per shard, in the manifest's order, with a bare file name
 * @throws WEIGHTS_FORMAT for anything but unquantised float32, for shard names that are paths, and when the shards do not
 *   hold exactly as many bytes as the shapes say
 */
export async function readLayersModel(json: Uint8Array, readSibling: ReadSibling, path: string): Promise<LayersModel> {
  const manifest = parseManifest(json, path);
  const tensors = new Map<string, RawTensor>();
  for (const group of manifest.weightsManifest) {
    const expected = group.weights.map(({ name, shape, dtype, quantization }) => {
      const count = elementCount(shape);
      if (dtype !== 'float32' || quantization !== undefined || count === undefined) {
        throw refuse(path, `weight ${name} is not plain float32 of a sound shape ([${shape.join(', ')}], ${dtype})`);
      }
      return count * 4;
    });
    const bytes = await readShards(group.paths, sum(expected), readSibling, path);
    let offset = 0;
    group.weights.forEach(({ name, shape }, index) => {
      const end = offset + (expected[index] ?? 0);
      if (tensors.has(name)) throw refuse(path, `weight ${name} is listed twice`);
      tensors.set(name, { dtype: 'F32', shape, data: bytes.subarray(offset, end) });
      offset = end;
    });
  }
  return { tensors, batchNormEpsilon: batchNormEpsilon(manifest, path) };
}

/** The files beside a model.json that hold its numbers, in their order. @throws WEIGHTS_FORMAT */
export function shardNames(json: Uint8Array, path: string): string[] {
  return parseManifest(json, path).weightsManifest.flatMap(({ paths }) => paths);
}

function parseManifest(json: Uint8Array, path: string): z.infer<typeof manifestSchema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw new IadError('WEIGHTS_FORMAT', 'not a JSON file', {
      path,
      hint: 'Is it the right file, copied whole?',
      cause,
    });
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refuse(path, `not a TensorFlow.js Layers model (${issue?.path.join('.')}: ${issue?.message})`);
  }
  for (const name of parsed.data.weightsManifest.flatMap((group) => group.paths)) {
    if (!/^[\w-][\w.-]*$/.test(name)) throw refuse(path, `shard name ${JSON.stringify(name)} is not a bare file name`);
  }
  return parsed.data;
}

async function readShards(
  names: readonly string[],
  expected: number,
  read: ReadSibling,
  path: string,
): Promise<Uint8Array> {
  const shards: Uint8Array[] = [];
  for (const name of names) shards.push(await read(name));
  const arrived = sum(shards.map((shard) => shard.byteLength));
  if (arrived !== expected) {
    throw refuse(path, `the shards hold ${arrived} bytes, the shapes need ${expected}; a shard is cut short or wrong`);
  }
  const bytes = new Uint8Array(expected);
  let offset = 0;
  for (const shard of shards) {
    bytes.set(shard, offset);
    offset += shard.byteLength;
  }
  return bytes;
}

function batchNormEpsilon(manifest: z.infer<typeof manifestSchema>, path: string): number | undefined {
  const found = new Set<unknown>();
  for (const layer of manifest.modelTopology.model_config.config.layers) {
    if (layer.class_name === 'BatchNormalization') found.add(layer.config.epsilon);
  }
  const [epsilon] = found;
  if (found.size === 0) return undefined;
  if (found.size > 1 || typeof epsilon !== 'number' || !(epsilon > 0)) {
    throw refuse(path, `batch norms must share one positive epsilon, found ${[...found].join(', ')}`);
  }
  return epsilon;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const refuse = (path: string, what: string): IadError =>
  new IadError('WEIGHTS_FORMAT', what, { path, hint: 'Is it the right file, copied whole?' });
