// CS-Flow: one normalizing flow of an image's features at three scales; what is unlikely under it is anomalous.
import type { ModelContent } from '../parts/model-file.js';
import { TrainedMethod, trainedConfig, trainedSessions } from '../parts/trained/index.js';
import type { MethodInfo } from '../types.js';
import { type CsFlowConfig, type CsFlowOptions, resolveCsFlowConfig } from './config.js';
import { DESIGN } from './design.js';
import { FLAGS } from './flags.js';
import type { Orders } from './network.js';

export type { CsFlowConfig, CsFlowOptions } from './config.js';

/**
 * CS-Flow (Rudolph, Wehrbein, Rosenhahn, Wandt: Fully Convolutional Cross-Scale-Flows for Image-based Defect Detection, WACV 2022).
 *
 * A frozen backbone sees the image at three scales; a normalizing flow, whose subnets exchange information between the scales, learns
 * how likely good features are. The score is the mean of z^2 / 2 over all scales, the map the mean of z^2 over the channels of the
 * finest one: both from 0 up, near 0.5 and 1 for good parts. It is made for the image's score; the map is as coarse as the layer, and
 * not smoothed.
 * The features are computed once and cached. With C channels and the default width a subnet of 3x3 has 9 * 1024 * (3 * C / 2 + 7 * C)
 * weights, of which a block has two: 275 million in all for 304 channels, which is for GPUs (the wasm heap is too
 * small to train it); `hidden` makes it smaller, in proportion.
 */
export class CsFlow extends TrainedMethod<CsFlowConfig, Orders> {
  static readonly info: MethodInfo = {
    id: 'csflow',
    name: 'CS-Flow',
    paper: 'Rudolph et al., Fully Convolutional Cross-Scale-Flows for Image-based Defect Detection, WACV 2022',
    year: 2022,
    family: 'normalizing flow',
    settings: ['unsupervised', 'few-shot', 'noisy'],
  };

  static readonly flags = FLAGS;
  static readonly sessions = trainedSessions(DESIGN);
  protected readonly design = DESIGN;
  protected readonly sessions = CsFlow.sessions;

  /** @throws IadError BAD_CONFIG naming the field at fault */
  constructor(options: CsFlowOptions = {}) {
    super(resolveCsFlowConfig(options));
  }

  get info(): MethodInfo {
    return CsFlow.info;
  }

  /** From a model file that was read already. */
  static async fromContent(content: ModelContent, path: string): Promise<CsFlow> {
    return new CsFlow(trainedConfig(content, DESIGN, resolveCsFlowConfig, path)).restore(content, path);
  }
}
