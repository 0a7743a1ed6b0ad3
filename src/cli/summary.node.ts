// An evaluation on the terminal.
import type { Evaluation } from '../benchmark/index.js';

/** Of the overlap with defects: what published tables print. */
const PRINTED_LIMIT = 0.05;

/** The figures that people look at first. */
export function summary(evaluation: Evaluation): string {
  const { image, pixel, saturated, dataset, operatingPoint, normalPoints } = evaluation;
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
  const overlap = saturated?.overlap.find(({ limit }) => limit === PRINTED_LIMIT);
  if (overlap) {
    const { auspro, byGroup } = overlap;
    const kinds = byGroup
      ? `, structural ${show(byGroup.structural.auspro)}  logical ${show(byGroup.logical.auspro)}  mean ${show(byGroup.mean)}`
      : '';
    lines.push(`AUsPRO@${PRINTED_LIMIT} ${show(auspro)} pooled${kinds}`);
  }
  if (normalPoints) {
    const rates = normalPoints.points.map(({ tnr, tpr }) => `@${tnr} ${show(tpr)}`);
    const of = `${normalPoints.scores.length} ${normalPoints.from} images`;
    lines.push(`defects caught at a TNR, thresholds from ${of}: ${rates.join('  ')}`);
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
