// FastFlow: normalizing flows on frozen features that keep the image's layout; unlikely places are anomalous.
import type { ModelContent } from '../parts/model-file.js';
import { TrainedMethod, trainedConfig, trainedSessions } from '../parts/trained/index.js';
import type { MethodInfo } from '../types.js';
import { type FastFlowConfig, type FastFlowOptions, resolveFastFlowConfig } from './config.js';
import { DESIGN, type Orders } from './design.js';
import { FLAGS } from './flags.js';

export type { FastFlowConfig, FastFlowOptions } from './config.js';

/**
 * FastFlow (Yu, Zheng, Wang, Li, Wu, Zhao, Wu: FastFlow: Unsupervised Anomaly Detection and Localization via 2D Normalizing Flows,
 * 2021). There is no official code: details are those of the common reproduction.
 *
 * Trained by gradient descent on good images only. The map holds -exp(-mean(z^2) / 2), from -1 up to 0, or mean(z^2) with the measure
 * `meanSquare`; the score is its maximum. Higher is more anomalous.
 * The defaults are the paper's (500 epochs), meant for a GPU: an image and epoch cost about 70 GMAC on ResNet-50 at 256 x 256, 8 on
 * ResNet-18.
 */
export class FastFlow extends TrainedMethod<FastFlowConfig, Orders> {
  static readonly info: MethodInfo = {
    id: 'fastflow',
    name: 'FastFlow',
    paper:
      'Yu et al., FastFlow: Unsupervised Anomaly Detection and Localization via 2D Normalizing Flows, arXiv 2111.07677, 2021',
    year: 2021,
    family: 'normalizing flow',
    settings: ['unsupervised', 'few-shot', 'noisy'],
  };

  static readonly flags = FLAGS;
  static readonly sessions = trainedSessions(DESIGN);
  protected readonly sessions = FastFlow.sessions;
  protected readonly design = DESIGN;

  /** @throws IadError BAD_CONFIG naming the field at fault */
  constructor(options: FastFlowOptions = {}) {
    super(resolveFastFlowConfig(options));
  }

  get info(): MethodInfo {
    return FastFlow.info;
  }

  /** From a model file that was read already. */
  static async fromContent(content: ModelContent, path: string): Promise<FastFlow> {
    return new FastFlow(trainedConfig(content, DESIGN, resolveFastFlowConfig, path)).restore(content, path);
  }
}
