// The flows of the methods, from the parts beside this file. The orders of the channels are given, not drawn: a model keeps them.
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { allInOneClamp, allInOneStep, couplingSizes, type TanhForm } from './all-in-one.js';
import { crossScaleSubnet } from './cross-scale.js';
import { type Flow, sequence } from './flow.js';
import { glowStep, halfOf } from './glow.js';
import { permutation, rotation } from './mixing.js';
import { convolutionSubnet, denseSubnet, ofOneScale } from './subnets.js';

type Order = readonly number[];

export interface FastFlowOptions {
  readonly channels: number;
  /** Filters of the subnets: 3x3 throughout, or 3x3 and 1x1 in turn. */
  readonly kernels: '3x3' | 'alternating';
  /** Hidden channels of a subnet for each of its input channels. */
  readonly hiddenRatio: number;
  readonly tanh: TanhForm;
  /** One permutation of the channels for each step. */
  readonly orders: readonly Order[];
}

/**
 * FastFlow's flow of one feature level, x [B, H, W, C] (Yu et al.: FastFlow: Unsupervised Anomaly Detection and Localization via 2D
 * Normalizing Flows, 2021, section 3.3): the subnets are convolutions, so that z keeps the layout of x.
 */
export function fastFlow(name: string, options: FastFlowOptions): Flow<Tensor4D> {
  const { channels, kernels, hiddenRatio, tanh, orders } = options;
  const { kept, changed } = couplingSizes(channels);
  const sizes = { inputs: kept, hidden: Math.floor(kept * hiddenRatio), outputs: 2 * changed };
  return sequence(
    orders.map((order, k) => {
      const size = kernels === '3x3' || k % 2 === 0 ? 3 : 1;
      const subnet = convolutionSubnet(`${name}.${k}.subnet`, { size, ...sizes });
      const clamp = allInOneClamp(2, tanh);
      return allInOneStep(`${name}.${k}`, { channels, clamp, subnet, mixing: permutation<Tensor4D>(order) });
    }),
  );
}

export interface CflowDecoderOptions {
  readonly channels: number;
  /** Channels of the condition; see positionalCode. */
  readonly condition: number;
  readonly steps: number;
  readonly tanh: TanhForm;
}

/**
 * CFLOW-AD's decoder of one feature level: the density of single feature vectors [N, C] given their positions' codes [N, P]
 * (Gudovskiy et al.: CFLOW-AD: Real-Time Unsupervised Anomaly Detection with Localization via Conditional Normalizing Flows, WACV
 * 2022, section 4). Its `forward` and `inverse` need the condition.
 */
export function cflowDecoder(name: string, options: CflowDecoderOptions): Flow<Tensor2D> {
  const { channels, condition, steps, tanh } = options;
  const { kept, changed } = couplingSizes(channels);
  const inputs = kept + condition;
  return sequence(
    Array.from({ length: steps }, (_, k) => {
      const subnet = denseSubnet(`${name}.${k}.subnet`, [inputs, 2 * inputs, 2 * changed]);
      const mixing = rotation(`${name}.${k}.rotation`, channels);
      const clamp = allInOneClamp(1.9, tanh);
      return allInOneStep(`${name}.${k}`, { channels, condition, clamp, subnet, mixing });
    }),
  );
}

export interface CsFlowOptions {
  /** Even. */
  readonly channels: number;
  readonly hidden: number;
  /** For each block the side of its filters, and one permutation of the channels for each of the three scales. */
  readonly blocks: readonly { readonly size: number; readonly orders: readonly Order[] }[];
}

/** CS-Flow's flow of three scales at once; see crossScaleSubnet. */
export function csFlow(name: string, { channels, hidden, blocks }: CsFlowOptions): Flow<Tensor4D[]> {
  const half = halfOf(channels);
  return sequence(
    blocks.map(({ size, orders }, k) => {
      const subnet = (which: string) =>
        crossScaleSubnet(`${name}.${k}.${which}`, { size, inputs: half, hidden, outputs: channels });
      const mixings = orders.map((order) => permutation<Tensor4D>(order));
      return glowStep({ channels, mixings, ofFirst: subnet('ofFirst'), ofSecond: subnet('ofSecond') });
    }),
  );
}

export interface DifferNetOptions {
  /** Even. */
  readonly channels: number;
  /** Widths of the subnets' hidden layers. */
  readonly hidden: readonly number[];
  /** One permutation of the channels for each block. */
  readonly orders: readonly Order[];
}

/**
 * DifferNet's flow of feature vectors [B, C], as a list of one scale (Rudolph et al.: Same Same But DifferNet: Semi-Supervised Defect
 * Detection with Normalizing Flows, WACV 2021, section 3.1).
 */
export function differNetFlow(name: string, { channels, hidden, orders }: DifferNetOptions): Flow<Tensor2D[]> {
  const half = halfOf(channels);
  return sequence(
    orders.map((order, k) => {
      const subnet = (which: string) => ofOneScale(denseSubnet(`${name}.${k}.${which}`, [half, ...hidden, channels]));
      const mixings = [permutation<Tensor2D>(order)];
      return glowStep({ channels, mixings, ofFirst: subnet('ofFirst'), ofSecond: subnet('ofSecond') });
    }),
  );
}
