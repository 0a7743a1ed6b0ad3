// The flows against PyTorch (test/reference/normalizing_flows.py): values, log-determinants, losses and first gradients.
import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { fastFlowLoss, fastFlowMap, fastFlowNetwork } from '../../src/methods/fastflow/network.js';
import type { TanhForm } from '../../src/methods/parts/flow/all-in-one.js';
import { logLikelihood, negativeLogLikelihood } from '../../src/methods/parts/flow/flow.js';
import { cflowDecoder, csFlow, differNetFlow, fastFlow } from '../../src/methods/parts/flow/flows.js';
import type { NamedTensors } from '../../src/methods/parts/flow/parameters.js';
import { positionalCode } from '../../src/methods/parts/flow/positional-code.js';
import { readFixture } from '../helpers/fixture.js';
import { missing } from '../helpers/needs.js';
import { drawnTensors, imageInput, matrixInput } from './flow-arrays.js';
import { expectTraining, expectValues, type GoldenTraining } from './golden-training.js';

type Shape = [number, number, number, number];

interface Golden extends GoldenTraining {
  readonly logDeterminant: number[];
}
interface FastFlowGolden extends Golden {
  readonly key: string;
  readonly shape: Shape;
  readonly kernels: '3x3' | 'alternating';
  readonly tanh: TanhForm;
  readonly orders: number[][];
  readonly z: number[];
}
interface CflowGolden extends Golden {
  readonly key: string;
  readonly grid: [height: number, width: number];
  readonly channels: number;
  readonly condition: number;
  readonly steps: number;
  readonly tanh: TanhForm;
  readonly code: number[];
  readonly rotations: Record<string, number[]>;
  readonly z: number[];
  readonly logLikelihood: number[];
}
interface CsFlowGolden extends Golden {
  readonly shapes: Shape[];
  readonly hidden: number;
  readonly blocks: { size: number; orders: number[][] }[];
  readonly z: number[][];
}
interface DifferNetGolden extends Golden {
  readonly shape: [number, number];
  readonly hidden: number[];
  readonly orders: number[][];
  readonly z: number[];
}
interface NetworkGolden extends Omit<Golden, 'logDeterminant'> {
  readonly batch: number;
  readonly size: number;
  readonly levels: { height: number; width: number; channels: number; orders: number[][] }[];
  readonly map: number[];
}

const golden = readFixture<{
  fastFlow: FastFlowGolden[];
  cflow: CflowGolden[];
  csFlow: CsFlowGolden;
  differNet: DifferNetGolden;
  fastFlowNetwork: NetworkGolden;
}>('normalizing_flows.json');

const BACKENDS = missing('webgpu') === null ? (['cpu', 'wasm', 'webgpu'] as const) : (['cpu', 'wasm'] as const);

describe.each(BACKENDS)('on %s, as in PyTorch:', (backend) => {
  beforeAll(() => useBackend(backend));
  // What a test makes, it need not dispose of.
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  test.each(golden.fastFlow)('FastFlow, subnets $kernels, tanh $tanh', async (expected) => {
    const { key, shape, orders, tanh, kernels } = expected;
    const flow = fastFlow('flow', { channels: shape[3], kernels, hiddenRatio: 1, tanh, orders });
    const [x, tensors] = [imageInput(key, shape), drawnTensors(flow.parameters)];
    const { values, logDeterminant } = flow.forward(x, tensors);
    await expectValues(values, expected.z);
    await expectValues(logDeterminant, expected.logDeterminant);
    const lossOf = (at: NamedTensors) => {
      const flowed = flow.forward(x, at);
      return tf.mean<Scalar>(negativeLogLikelihood([flowed.values], flowed.logDeterminant));
    };
    await expectTraining(flow.parameters, tensors, lossOf, expected);
  });

  test.each(golden.cflow)("CFLOW-AD's decoder, tanh $tanh", async (expected) => {
    const { key, grid, channels, condition, steps, tanh, code, rotations } = expected;
    const flow = cflowDecoder('decoder', { channels, condition, steps, tanh });
    const count = grid[0] * grid[1];
    const x = matrixInput(key, count, channels);
    const codes = tf.tensor2d(positionalCode(...grid, condition), [count, condition]);
    await expectValues(codes, code);
    const fixed = Object.entries(rotations).map(([name, values]): [string, Tensor] => [
      name,
      tf.tensor2d(values, [channels, channels]),
    ]);
    const tensors = { ...drawnTensors(flow.parameters), ...Object.fromEntries(fixed) };
    const likelihood = (at: NamedTensors) => {
      const flowed = flow.forward(x, at, codes);
      return logLikelihood([flowed.values], flowed.logDeterminant);
    };
    const { values, logDeterminant } = flow.forward(x, tensors, codes);
    await expectValues(values, expected.z);
    await expectValues(logDeterminant, expected.logDeterminant);
    await expectValues(likelihood(tensors), expected.logLikelihood);
    // -log sigmoid(l) by softplus: the gradient of tf.logSigmoid reads its input after tfjs has freed it.
    const lossOf = (at: NamedTensors) => tf.mean<Scalar>(tf.softplus(likelihood(at).div(-channels)));
    await expectTraining(flow.parameters, tensors, lossOf, expected);
  });

  test('CS-Flow', async () => {
    const expected = golden.csFlow;
    const { shapes, hidden, blocks } = expected;
    const flow = csFlow('flow', { channels: shapes[0]![3], hidden, blocks });
    const dimensions = shapes.reduce((sum, [, h, w, c]) => sum + h * w * c, 0);
    const scales = shapes.map((shape, i) => imageInput(`csflow x${i}`, shape));
    const tensors = drawnTensors(flow.parameters);
    const { values, logDeterminant } = flow.forward(scales, tensors);
    for (const [i, z] of expected.z.entries()) await expectValues(values[i]!, z);
    await expectValues(logDeterminant, expected.logDeterminant);
    const lossOf = (at: NamedTensors) => {
      const flowed = flow.forward(scales, at);
      return tf.mean(negativeLogLikelihood(flowed.values, flowed.logDeterminant)).div<Scalar>(dimensions);
    };
    await expectTraining(flow.parameters, tensors, lossOf, expected);
  });

  test('DifferNet', async () => {
    const expected = golden.differNet;
    const { shape, hidden, orders } = expected;
    const flow = differNetFlow('flow', { channels: shape[1], hidden, orders });
    const [x, tensors] = [matrixInput('differnet', ...shape), drawnTensors(flow.parameters)];
    const { values, logDeterminant } = flow.forward([x], tensors);
    await expectValues(values[0]!, expected.z);
    await expectValues(logDeterminant, expected.logDeterminant);
    const lossOf = (at: NamedTensors) => {
      const flowed = flow.forward([x], at);
      return tf.mean(negativeLogLikelihood(flowed.values, flowed.logDeterminant)).div<Scalar>(shape[1]);
    };
    await expectTraining(flow.parameters, tensors, lossOf, expected);
  });

  test("FastFlow's network: layer norms, loss and anomaly map", async () => {
    const expected = golden.fastFlowNetwork;
    const { batch, size, levels } = expected;
    const network = fastFlowNetwork({
      levels,
      layerNorm: true,
      kernels: 'alternating',
      hiddenRatio: 1,
      tanh: 'plain',
    });
    const features = levels.map(({ height, width, channels }, i) => {
      return imageInput(`network x${i}`, [batch, height, width, channels]).mul<Tensor4D>(2).add<Tensor4D>(3);
    });
    const tensors = drawnTensors(network.parameters);
    const flowed = network.forward(features, tensors);
    const map = fastFlowMap(
      flowed.map(({ values }) => values),
      size,
      size,
    );
    expect(map.shape).toEqual([batch, size, size, 1]);
    await expectValues(map, expected.map);
    await expectTraining(network.parameters, tensors, (at) => fastFlowLoss(network.forward(features, at)), expected);
  });
});
