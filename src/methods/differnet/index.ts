// DifferNet: a normalizing flow of whole images' features; an image is as anomalous as it is unlikely, at many angles.
import type { ModelContent } from '../parts/model-file.js';
import { TrainedMethod, trainedConfig, trainedSessions } from '../parts/trained/index.js';
import type { MethodInfo } from '../types.js';
import { type DifferNetConfig, type DifferNetOptions, resolveDifferNetConfig } from './config.js';
import { DESIGN, type Orders } from './design.js';
import { FLAGS } from './flags.js';

export type { DifferNetConfig, DifferNetOptions } from './config.js';

/**
 * DifferNet (Rudolph, Wandt, Rosenhahn: Same Same But DifferNet: Semi-Supervised Defect Detection with Normalizing Flows, WACV 2021).
 *
 * The means of a frozen backbone's features at three scales make one vector of an image; a normalizing flow learns how likely the
 * vectors of good images are, seen at random angles. The score is the mean of z^2 over 64 rotations, from 0 up, near 1 for good parts.
 * It tells whether there is a defect: where, its map says roughly, by the gradient of the loss by the pixels. The score never uses the map.
 * Means over the whole image hide small defects, and rotations hide those of orientation. Neither training nor scoring can use cached
 * features: an image costs 64 passes of the backbone at three scales, and three times that with its map; `localisation: 'none'` leaves
 * the map out (it is the score everywhere), fewer `rotationCount` make the score less steady.
 */
export class DifferNet extends TrainedMethod<DifferNetConfig, Orders> {
  static readonly info: MethodInfo = {
    id: 'differnet',
    name: 'DifferNet',
    paper:
      'Rudolph et al., Same Same But DifferNet: Semi-Supervised Defect Detection with Normalizing Flows, WACV 2021',
    year: 2021,
    family: 'normalizing flow',
    settings: ['unsupervised', 'few-shot', 'noisy'],
  };

  static readonly flags = FLAGS;
  static readonly sessions = trainedSessions(DESIGN);
  protected readonly design = DESIGN;
  protected readonly sessions = DifferNet.sessions;

  /** @throws IadError BAD_CONFIG naming the field at fault */
  constructor(options: DifferNetOptions = {}) {
    super(resolveDifferNetConfig(options));
  }

  get info(): MethodInfo {
    return DifferNet.info;
  }

  /** From a model file that was read already. */
  static async fromContent(content: ModelContent, path: string): Promise<DifferNet> {
    return new DifferNet(trainedConfig(content, DESIGN, resolveDifferNetConfig, path)).restore(content, path);
  }
}
