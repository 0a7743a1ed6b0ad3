// CFLOW-AD: a conditional normalizing flow for each feature level; a place is as anomalous as its features are unlikely there.

import type { ModelContent } from '../parts/model-file.js';
import { TrainedMethod, trainedConfig, trainedSessions } from '../parts/trained/index.js';
import type { MethodInfo } from '../types.js';
import { type CFlowConfig, type CFlowOptions, resolveCFlowConfig } from './config.js';
import { DESIGN } from './design.js';
import { FLAGS } from './flags.js';

export type { CFlowConfig, CFlowOptions } from './config.js';

/**
 * CFLOW-AD (Gudovskiy, Ishizaka, Kozuka: CFLOW-AD: Real-Time Unsupervised Anomaly Detection with Localization via Conditional Normalizing
 * Flows, WACV 2022).
 *
 * Needs good images only, and trains: with the defaults' 200 passes for hours on a CPU. Flows learn the density of single feature
 * vectors given where they lie. The map is the number of levels less the sum of their relative likelihoods exp(l - peak), l being the
 * logarithm of the density per channel and the peak its maximum over the training images: 0 where nothing in them was more likely, the
 * number of levels where nothing like it was seen; a little below 0 where something is more likely than all of them. The score is the
 * map's maximum. Higher is more anomalous. (The authors take the peak over all test images, so that a score depends on the others; and
 * they report the epoch that is best on these. Neither is done here: the last epoch counts.)
 * The size of a model does not depend on the number of images: a coupling block of a level of C channels takes 10 to 15 C^2 bytes. With
 * the defaults all of them together take 0.5 GB, training about 3.5 GB of memory, and drawing the rotations some seconds before the first
 * step.
 */
export class CFlow extends TrainedMethod<CFlowConfig, null> {
  static readonly info: MethodInfo = {
    id: 'cflow',
    name: 'CFlow',
    paper:
      'Gudovskiy et al., CFLOW-AD: Real-Time Unsupervised Anomaly Detection with Localization via Conditional Normalizing Flows, WACV 2022',
    year: 2022,
    family: 'normalizing flow',
    settings: ['unsupervised', 'few-shot', 'noisy'],
  };

  static readonly flags = FLAGS;
  static readonly sessions = trainedSessions(DESIGN);
  protected readonly design = DESIGN;
  protected readonly sessions = CFlow.sessions;

  /** @throws IadError BAD_CONFIG naming the field at fault */
  constructor(options: CFlowOptions = {}) {
    super(resolveCFlowConfig(options));
  }

  get info(): MethodInfo {
    return CFlow.info;
  }

  /** From a model file that was read already. */
  static async fromContent(content: ModelContent, path: string): Promise<CFlow> {
    return new CFlow(trainedConfig(content, DESIGN, resolveCFlowConfig, path)).restore(content, path);
  }
}
