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
    const { points, scores, from } = normalPoints;
    const wanted = points.map(({ tnr }) => `${Math.round(100 * tnr)} %`).join(', ');
    const caught = points.map(({ tpr }) => show(tpr)).join('  ');
    lines.push(`defects caught when ${wanted} of ${scores.length} ${from} images pass: ${caught}`);
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
