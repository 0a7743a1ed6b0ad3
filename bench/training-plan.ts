// What bench:training measures of every method, unless told: sizes at which all of it takes minutes on two cores. test/reference/
// training_speed.py reads the same sizes from the results.
type Fields = Readonly<Record<string, unknown>>;

const FROZEN: Fields = { backbone: 'resnet50', geometry: 'stretch', resize: 224, inputSize: 224, calibrationShare: 0 };
const TRAINED: Fields = { ...FROZEN, resize: 128, inputSize: 128, batchSize: 4 };

/** What differs from a method's defaults, with no images held out, whose number differs between methods. */
export const TRAINING_PLAN: Readonly<Record<string, Fields>> = {
  padim: { ...FROZEN, dims: 100 },
  spade: FROZEN,
  patchcore: FROZEN,
  fastflow: TRAINED,
  stpm: { ...TRAINED, backbone: 'resnet50', validationShare: 0 },
  // turned images would go through the backbone in every step
  cflow: { ...TRAINED, layers: ['layer2', 'layer3'], rotation: 0 },
  // the papers' backbones are others, the papers' flows have some ten times the parameters
  csflow: { ...TRAINED, layers: ['layer3'], blocks: 2, hidden: 64 },
  differnet: { ...TRAINED, layers: ['layer3'], blocks: 4, hidden: 512, rotationCount: 8 },
};
