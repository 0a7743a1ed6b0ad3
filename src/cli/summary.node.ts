// An evaluation on the terminal.
import type { Evaluation } from '../benchmark/index.js';

/** The figures that people look at first. */
export function summary({ image, pixel, dataset, operatingPoint }: Evaluation): string {
  const show = (value: number | null) => (value === null ? '-' : value.toFixed(4));
  const lines = [
    `${dataset.name}: tested on ${dataset.testGood} good and ${dataset.testAnomalous} defective images`,
    `image  AUROC ${show(image.auroc)}  AP ${show(image.ap)}  F1-max ${show(image.f1Max)} (oracle)`,
  ];
  if (pixel) {
    lines.push(
      `pixel  AUROC ${show(pixel.auroc)}  AP ${show(pixel.ap)}  F1-max ${show(pixel.f1Max)} (oracle)  AUPRO@0.3 ${show(pixel.aupro)}`,
    );
  }
  if (operatingPoint) {
    const { truePositives, falsePositives, falseNegatives, trueNegatives } = operatingPoint;
    lines.push(
      `at its own threshold: ${truePositives} of ${truePositives + falseNegatives} defects caught, ` +
        `${falsePositives} false alarms among ${falsePositives + trueNegatives} good images`,
    );
  }
  return lines.join('\n');
}
