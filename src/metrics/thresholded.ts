// What one threshold finds of the images' defects, image by image.
import { HIGH, LOW } from './pairs.js';
import { countFlagged, type StoredImage } from './pixel-store.js';

export interface MeanIou {
  /** Mean of TP / (TP + FP + FN) over the images with an anomalous pixel; null if there are none. */
  readonly meanIou: number | null;
  /** Images that the mean is over. */
  readonly anomalousImages: number;
  /** Share of the other images with any flagged pixel; null if there are none. */
  readonly falseAlarmShare: number | null;
}

/** @param first key from which on a pixel is flagged */
export function meanIou(images: readonly StoredImage[], first: number): MeanIou {
  let sum = 0;
  let anomalousImages = 0;
  let alarms = 0;
  for (const image of images) {
    const { hits, falseAlarms } = countFlagged(image, first);
    const positives = image.anomalous.length / 2;
    if (positives === 0) {
      if (falseAlarms > 0) alarms++;
      continue;
    }
    anomalousImages++;
    sum += hits / (positives + falseAlarms);
  }
  const normalImages = images.length - anomalousImages;
  return {
    meanIou: anomalousImages === 0 ? null : sum / anomalousImages,
    anomalousImages,
    falseAlarmShare: normalImages === 0 ? null : alarms / normalImages,
  };
}

export interface Overlaps {
  /** Mean overlap of the regions; null if there are none. */
  readonly pro: number | null;
  /** Mean saturated overlap of the channels; null without any, and where an image with a defect came without channels. */
  readonly spro: number | null;
  /** One per channel, images and their channels in order. */
  readonly perChannel: readonly { readonly defect: string; readonly spro: number }[];
}

/** @param first key from which on a pixel is flagged */
export function overlapsAt(images: readonly StoredImage[], first: number): Overlaps {
  let sum = 0;
  let regions = 0;
  for (const { anomalous, regions: own } of images) {
    regions += own;
    for (let i = 0; i < anomalous.length; i += 2) if (anomalous[i + HIGH]! >= first) sum += 1 / anomalous[i + LOW]!;
  }
  const complete = images.every(({ channels }) => channels !== null);
  const perChannel = (complete ? images : []).flatMap(({ channels }) =>
    (channels ?? []).map(({ defect, highest }) => {
      const flagged = highest.reduce((count, key) => (key >= first ? count + 1 : count), 0);
      return { defect, spro: flagged / highest.length };
    }),
  );
  const mean = perChannel.reduce((total, { spro }) => total + spro, 0) / perChannel.length;
  return {
    pro: regions === 0 ? null : Math.min(sum / regions, 1),
    spro: perChannel.length === 0 ? null : mean,
    perChannel,
  };
}
