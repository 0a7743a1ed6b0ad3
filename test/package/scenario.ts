// Small runs of PatchCore and FastFlow on synthetic parts, by the public interface only: Node and a browser must agree on their figures.
import { type BackboneChoice, type BackendName, FastFlow, PatchCore, type PatchCoreOptions, useBackend } from 'iad-tf';
import { synthImage } from 'iad-tf/data';

export interface Figures {
  readonly backend: BackendName;
  readonly scores: number[];
  /** The largest value of each anomaly map. */
  readonly peaks: number[];
  /** The first score by the model saved and read again. */
  readonly reloaded: number;
  readonly rows: number;
}

export async function runPatchCore(
  backend: BackendName,
  weights: string,
  { wasmFolder, ...options }: PatchCoreOptions & { wasmFolder?: string } = {},
): Promise<Figures> {
  const { name } = await useBackend(backend, wasmFolder === undefined ? {} : { wasmFolder });
  const backbone: BackboneChoice = { architecture: 'resnet50_keras', weights };
  const part = { kind: 'metal', seed: 1, size: 96 } as const;
  const good = [0, 1, 2].map((index) => synthImage({ ...part, index, defect: null }).image);
  const test = [
    synthImage({ ...part, index: 3, defect: null }).image,
    synthImage({ ...part, index: 4, defect: 'scratch' }).image,
  ];
  const model = new PatchCore({
    backbone,
    resize: 64,
    inputSize: 64,
    coresetRatio: 0.25,
    calibrationShare: 0,
    ...options,
  });
  await model.fit(good);
  const predictions = await model.predict(test);
  const again = await PatchCore.fromBytes(await model.toBytes());
  const [reloaded] = await again.predict(test.slice(0, 1));
  const figures = {
    backend: name,
    scores: predictions.map(({ score }) => score),
    peaks: predictions.map(({ map }) => map.data.reduce((most, value) => Math.max(most, value), 0)),
    reloaded: reloaded?.score ?? Number.NaN,
    rows: model.memoryBank.rows,
  };
  model.dispose();
  again.dispose();
  return figures;
}

export interface TrainedFigures {
  /** Of each epoch. */
  readonly losses: number[];
  readonly score: number;
  /** By the model saved and read again. */
  readonly reloaded: number;
}

export async function runFastFlow(
  backend: BackendName,
  weights: string,
  options: { wasmFolder?: string } = {},
): Promise<TrainedFigures> {
  await useBackend(backend, options);
  const part = { kind: 'metal', seed: 1, size: 64, defect: null } as const;
  const good = [0, 1, 2, 3].map((index) => synthImage({ ...part, index }).image);
  const model = new FastFlow({
    backbone: { architecture: 'resnet50_keras', weights },
    layers: ['layer1'],
    inputSize: 32,
    steps: 2,
    hiddenRatio: 0.1,
    epochs: 3,
    batchSize: 2,
    measure: 'meanSquare',
  });
  const { training } = await model.fit(good);
  const test = [synthImage({ ...part, index: 4 }).image];
  const [prediction] = await model.predict(test);
  const again = await FastFlow.fromBytes(await model.toBytes());
  const [reloaded] = await again.predict(test);
  for (const each of [model, again]) each.dispose();
  return {
    losses: training.epochs.map(({ loss }) => loss),
    score: prediction?.score ?? Number.NaN,
    reloaded: reloaded?.score ?? Number.NaN,
  };
}
