// STPM as the frame of trained methods takes it: a student that sees the images, and learns the backbone's features of them.
import type { Scalar, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { IadError } from '../../runtime/errors.js';
import { refuseUnless } from '../parts/frozen-config.js';
import {
  readScored,
  type Setting,
  type TrainedDesign,
  type TrainedNetwork,
  type TrainingBatch,
} from '../parts/trained/index.js';
import type { STPMConfig } from './config.js';
import { stpmLoss, stpmMap } from './difference.js';
import { residualStudent } from './student.js';

export const DESIGN: TrainedDesign<STPMConfig, null> = {
  method: 'stpm',
  name: 'STPM',
  state: () => z.null(),
  draw: () => null,
  network,
  training: ({ learningRate: rate, weightDecay }) => ({
    optimizer: { kind: 'sgd', rate, momentum: 0.9, weightDecay },
  }),
  usesPixels: true,
  // Its batch norms take the statistics of all images.
  needsWholeBatch: true,
  validation: ({ validationShare: share }) => (share > 0 ? { share } : null),
};

function network({ config, architecture, features }: Setting<STPMConfig>): TrainedNetwork {
  const { layers, inputSize } = config;
  const small = features.findIndex(([height, width]) => height * width < 2);
  refuseUnless(small < 0, 'STPM.inputSize', `leaves a single position of ${layers[small]}, batch norms need more`);
  const student = residualStudent(architecture, layers);
  return {
    parameters: student.parameters,
    buffers: student.buffers,
    loss: ({ batch, tensors, update }) => stpmLoss(student.train(imagesOf(batch), tensors, update), batch.features),
    validate: (batch, tensors) => tf.mean<Scalar>(stpmMap(student.infer(imagesOf(batch), tensors), batch.features)),
    score: ({ images, features: teacher }, tensors) =>
      readScored(config, () => {
        const map = stpmMap(student.infer(images, tensors), teacher(images));
        const whole = tf.image.resizeBilinear(tf.expandDims<Tensor4D>(map, 3), [inputSize, inputSize], false, true);
        return { map: whole, score: 'max' };
      }),
  };
}

function imagesOf({ images }: TrainingBatch): Tensor4D {
  if (images) return images;
  throw new IadError('BAD_ARGUMENT', 'STPM: a batch without pixels', { path: 'train' });
}
