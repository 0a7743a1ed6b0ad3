// Every method of the registry in every setting that it claims: it learns from the images that the setting gives it, and scores those
// that the setting tests. How well is the matter of the methods' own tests; the backbone here has made-up weights.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackboneChoice } from '../../src/backbones/types.js';
import { type DatasetIndex, planSetting, type SettingOptions } from '../../src/benchmark/settings/index.js';
import type { Sample } from '../../src/data/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { createMethod, methodInfos } from '../../src/methods/registry.js';
import type { AnomalyMethod, FitOptions, ImageInput, LearningSetting } from '../../src/methods/types.js';
import { seededResnet18 } from '../helpers/seeded-weights.js';
import { smallParts } from '../helpers/small-parts.js';

/** Options that make a fit small, where the default is not. */
const SMALL: Readonly<Record<string, Record<string, unknown>>> = {
  csflow: { blocks: 1, hidden: 4, inputSize: 128, resize: 128 },
  differnet: { blocks: 1, hidden: 4, copies: 1, rotationCount: 1, inputSize: 128, resize: 128 },
  cflow: { couplings: 1, positionChannels: 8 },
  fastflow: { steps: 1 },
  padim: { dims: 8 },
};

/** The least that each setting gives: one shot, one noisy image. */
const SETTINGS: Readonly<Record<LearningSetting, SettingOptions>> = {
  unsupervised: { kind: 'unsupervised' },
  supervised: { kind: 'supervised', anomalies: 1 },
  'few-shot': { kind: 'few-shot', shots: 1 },
  noisy: { kind: 'noisy', percent: 20 },
  continual: { kind: 'continual' },
};

const of = (category: string, samples: readonly Sample[]) =>
  samples.map((sample) => ({ ...sample, id: `${category}/${sample.id}`, category }));
const [one, other] = [
  smallParts('cloth', { train: 5, testGood: 1, testPerDefect: 1 }),
  smallParts('wood', { train: 5, testGood: 1, testPerDefect: 1 }),
];
const first: DatasetIndex = { dataset: 'synth', samples: of('cloth', [...one.train, ...one.test]) };
const both: DatasetIndex = {
  dataset: 'synth',
  samples: [...first.samples, ...of('wood', [...other.train, ...other.test])],
};

let folder: string;
let backbone: BackboneChoice;

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'claims-'));
  backbone = await seededResnet18(folder, 'layer4');
});
afterAll(() => rm(folder, { recursive: true }));

/** What learns on top of what it knows; any other method is fitted anew, and forgets. */
type Learner = AnomalyMethod & { update?(images: Iterable<ImageInput>, options?: FitOptions): Promise<unknown> };

function smallMethod(id: string, seed: number): Learner {
  const common = { backbone, resize: 64, inputSize: 64, calibrationShare: 0, seed, ...SMALL[id] };
  const probe = createMethod(id);
  const trained = Object.hasOwn(probe.config, 'epochs') ? { epochs: 1, batchSize: 2 } : {};
  probe.dispose();
  return createMethod(id, { ...common, ...trained });
}

const claims = methodInfos().flatMap(({ id, settings }) => settings.map((claim) => [id, claim] as const));

describe('what methods claim', () => {
  test.each(claims)('%s: %s', { timeout: 120_000 }, async (id, claim) => {
    const plan = planSetting(claim === 'continual' ? both : first, SETTINGS[claim]);
    const method = smallMethod(id, plan.tasks[0]!.seeds.train);
    try {
      for (const [i, { train }] of plan.tasks.entries()) {
        const images = train.map(({ sample }) => sample);
        const isLater = plan.models === 'one' && i > 0;
        if (isLater && method.update) await method.update(images, { workers: 1 });
        else await method.fit(images, { workers: 1 });
        for (const at of plan.evaluations[i] ?? []) {
          const { test: tested } = plan.tasks[at]!;
          const found = await method.predict(tested.slice(0, 2), { workers: 1 });
          expect(found.map((prediction) => prediction.id)).toEqual(tested.slice(0, 2).map((sample) => sample.id));
          for (const { score, map } of found) {
            expect(Number.isFinite(score)).toBe(true);
            expect(map.data.every(Number.isFinite)).toBe(true);
          }
        }
      }
    } finally {
      method.dispose();
    }
  });
});
