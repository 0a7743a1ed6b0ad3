// STPM: a student learns what the backbone says of good images; where the two differ, there is what it never saw.
import type { ModelContent } from '../parts/model-file.js';
import { TrainedMethod, trainedConfig, trainedSessions } from '../parts/trained/index.js';
import type { MethodInfo } from '../types.js';
import { resolveSTPMConfig, type STPMConfig, type STPMOptions } from './config.js';
import { DESIGN } from './design.js';
import { FLAGS } from './flags.js';

export type { STPMConfig, STPMOptions } from './config.js';

/**
 * STPM (Wang, Han, Ding, Huang: Student-Teacher Feature Pyramid Matching for Anomaly Detection, BMVC 2021).
 *
 * Needs good images only. A network of the backbone's architecture is trained from random weights to give the backbone's features, each
 * of length 1, of good images. The map is the product over the layers of the squared distances, from 0 to 4 to the power of
 * their number; the score is its maximum. Higher is more anomalous.
 * Training is by SGD over the whole student. A step costs about four passes of the backbone per image, and at 256 x 256 with ResNet-18
 * some 55 MB per image of the batch. A prediction costs two passes.
 * Parts may be shifted, but not turned or scaled in ways that the good images do not show.
 */
export class STPM extends TrainedMethod<STPMConfig, null> {
  static readonly info: MethodInfo = {
    id: 'stpm',
    name: 'STPM',
    paper: 'Wang et al., Student-Teacher Feature Pyramid Matching for Anomaly Detection, BMVC 2021',
    year: 2021,
    family: 'teacher and student',
    settings: ['unsupervised', 'few-shot', 'noisy'],
  };

  static readonly flags = FLAGS;
  static readonly sessions = trainedSessions(DESIGN);
  protected readonly design = DESIGN;
  protected readonly sessions = STPM.sessions;

  /** @throws IadError BAD_CONFIG naming the field at fault */
  constructor(options: STPMOptions = {}) {
    super(resolveSTPMConfig(options));
  }

  get info(): MethodInfo {
    return STPM.info;
  }

  /** From a model file that was read already. */
  static async fromContent(content: ModelContent, path: string): Promise<STPM> {
    return new STPM(trainedConfig(content, DESIGN, resolveSTPMConfig, path)).restore(content, path);
  }
}
