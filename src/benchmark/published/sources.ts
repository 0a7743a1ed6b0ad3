// The publications that numbers are taken from, and what must be said where they stand beside numbers of our own.

export type SourceId = 'im-iad' | 'autovi' | 'tao' | 'cui';

export interface PublishedSource {
  readonly id: SourceId;
  readonly citation: string;
  /** How the numbers came about, as far as it decides what they can be compared with. */
  readonly protocol: readonly string[];
  /** Where the publication contradicts itself; the values are given as printed. */
  readonly contradictions: readonly string[];
}

export const PUBLISHED_SOURCES: Readonly<Record<SourceId, PublishedSource>> = {
  'im-iad': {
    id: 'im-iad',
    citation: 'Xie et al., IM-IAD, IEEE Transactions on Cybernetics 2024',
    protocol: [
      'One run; the selections of few-shot, noisy and supervised were drawn without a seed and cannot be repeated.',
      'Images resized to a square, aspect ratio not kept, no crop; sizes, epochs, batches and learning rates in Table V.',
      'PatchCore with WideResNet-50-2.',
      'Means over categories are unweighted.',
      'In the supervised tables PatchCore is the unsupervised reference, trained without the anomalous images.',
      'Table XI does not say whether the value beside the forgetting measure is the mean after the last task.',
    ],
    contradictions: [
      'MVTec LOCO AD: the image AUROC of Table VI and of Table VII differ for every method.',
      "Table VIII: PatchCore's mean pixel AUROC is printed as 0.994, the categories average 0.983; BGAD's as 0.992, they average 0.991.",
      "Table XIII: STPM's mean pixel AP on MVTec AD is printed as 0.354, the settings average 0.397.",
      'Table XIII: several values of its few-shot column do not occur in Table IX.',
      "Table VI, MTD: PaDiM's pixel AP equals its pixel AUROC, and its PRO equals that on BTAD.",
    ],
  },
  autovi: {
    id: 'autovi',
    citation: 'Carvalho et al., AutoVI, Computers in Industry 2024',
    protocol: [
      'Mean and standard deviation over eight runs; of the mean over categories, the population standard deviation over the six.',
      'Images resized to 256 x 256; PatchCore cut to the central 224 in the released configuration.',
      'PatchCore with WideResNet-50-2, layers 2 and 3, coreset 0.1, 9 neighbours; PaDiM with ResNet-18; EfficientAD-M.',
      'Thresholds and normalisation of the released configuration come from the test images; rank metrics do not depend on them.',
      'The caption of Table 11 says area under the averaged ROC curve; it is given here as the mean AUROC.',
    ],
    contradictions: ['Table 3 and the released archives differ in their numbers of images.'],
  },
  tao: {
    id: 'tao',
    citation: 'Tao et al., survey, IEEE Transactions on Instrumentation and Measurement 2022',
    protocol: ['Collected from other publications, whose resolution, backbone and protocol differ.'],
    contradictions: [
      'Table 10: the categories of SPADE average to another value than the printed mean; Table 11: those of STPM.',
    ],
  },
  cui: {
    id: 'cui',
    citation: 'Cui et al., survey, IEEE Access 2023',
    protocol: [
      'Collected from other publications, whose resolution, backbone and protocol differ.',
      'The table does not say whether the AUROC is of images or of pixels.',
    ],
    contradictions: [],
  },
};
