// The training benchmark's results as a Markdown table, with PyTorch's beside them.
import { existsSync, readFileSync } from 'node:fs';
import { short } from './table.js';
import { TorchResults, type TrainingRecord, TrainingResults } from './training-results.js';

interface StoredTraining {
  readonly methods: TrainingResults['methods'];
  /** Null before it was measured. */
  readonly torch: TorchResults | null;
}

/** bench/results/training.json and training-torch.json. */
export function storedTraining(): StoredTraining {
  const read = (name: string): unknown => {
    const file = new URL(`../results/${name}`, import.meta.url);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  };
  return {
    methods: TrainingResults.nullable().parse(read('training.json'))?.methods ?? {},
    torch: TorchResults.nullable().parse(read('training-torch.json')),
  };
}

/** Empty without results. @throws Error where PyTorch's figures are of another configuration, or of another number of parameters */
export function trainingTable({ methods, torch }: StoredTraining): string {
  const [first] = Object.values(methods);
  if (!first) return '';
  const { date, machine, backend } = first;
  const beside = torch ? ` PyTorch ${torch.versions.torch}, CPU, ${torch.date}.` : '';
  const rows = Object.entries(methods).map(([id, record]) => row(id, record, torch));
  return [
    `${date}, ${machine.cores} cores of ${machine.cpu}, Node ${machine.node.slice(1)}; ${backend.name} (${backend.device}).${beside}`,
    '',
    '| method | input, batch | trained parameters | seconds a step, 1 and 2 threads | PyTorch | own kernels | images a second, 1 and 2 threads |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    ...Object.entries(methods).flatMap(([id, { epochs }]) => (epochs ? ['', epochLine(id, epochs)] : [])),
  ].join('\n');
}

function row(id: string, record: TrainingRecord, torch: TorchResults | null): string[] {
  const { config, byWorkers, kernels } = record;
  const laps = Object.values(byWorkers);
  const steps = laps.flatMap(({ stepSeconds }) => (stepSeconds === null ? [] : [stepSeconds]));
  const trained = steps.length > 0;
  return [
    `\`${id}\``,
    trained ? `${config.inputSize}, ${config.batchSize}` : `${config.inputSize}`,
    trained ? (parametersOf(record) ?? 0).toLocaleString('en-US') : '',
    steps.map(short).join(', '),
    torchSteps(id, record, torch),
    `${(100 * kernels.own).toFixed(0)} %`,
    laps.map(({ imagesPerSecond }) => short(imagesPerSecond)).join(', '),
  ];
}

function torchSteps(id: string, record: TrainingRecord, torch: TorchResults | null): string {
  const found = torch?.methods[id];
  if (!found) return '';
  const parameters = parametersOf(record);
  const differs = Object.entries(found.config).filter(([name, value]) => told(value) !== told(record.config[name]));
  if (differs.length === 0 && found.parameters === parameters) {
    return Object.values(found.stepSeconds).map(short).join(', ');
  }
  const fields = differs.map(([name]) => name).join(', ');
  throw new Error(
    `${id}: PyTorch's figures are of ${found.parameters} parameters, ours of ${parameters}; other fields: ${fields}`,
  );
}

function told(value: unknown): string {
  return JSON.stringify(value ?? null);
}

function parametersOf({ byWorkers }: TrainingRecord): number | undefined {
  const [lap] = Object.values(byWorkers);
  return lap?.learned.find(({ name }) => name === 'trained parameters')?.shape[0];
}

function epochLine(id: string, { images, memory, files, without }: NonNullable<TrainingRecord['epochs']>): string {
  return `An epoch of ${images} images with \`${id}\`: ${short(memory)} s with features in memory, ${short(files)} s with features in files, ${short(without)} s with features computed anew.`;
}
