// The ranking metrics as running sums over tie groups, highest score first. Images and pixels share them.
//
// Neighbouring groups without positives may be given as one group: no sum here can tell the difference. That is what lets
// tens of millions of normal pixels pass in a few calls.

/**
 * Area under the ROC curve = (#{s_p > s_n} + ½ #{s_p = s_n}) / (P N). The doubled count is summed exactly: as a number
 * while it is a safe integer, beyond 2^53 as a BigInt, so millions of groups do not drift. Only the product of a single
 * group rounds, and only if it exceeds 2^53 by itself.
 */
export class RocArea {
  #positives = 0;
  #negatives = 0;
  #recent = 0;
  #rest = 0n;

  add(positives: number, negatives: number): void {
    const twice = negatives * (2 * this.#positives + positives);
    if (this.#recent + twice > Number.MAX_SAFE_INTEGER) {
      this.#rest += BigInt(this.#recent);
      this.#recent = 0;
    }
    this.#recent += twice;
    this.#positives += positives;
    this.#negatives += negatives;
  }

  /** Null with one class only. */
  value(): number | null {
    if (this.#positives === 0 || this.#negatives === 0) return null;
    const pairs = BigInt(this.#positives) * BigInt(this.#negatives);
    return Number(this.#rest + BigInt(this.#recent)) / Number(2n * pairs);
  }
}

/** Step-wise average precision: Σ (R_g − R_{g−1}) P_g. */
export class AveragePrecisionSum {
  #positives = 0;
  #predicted = 0;
  #sum = 0;

  add(positives: number, negatives: number): void {
    this.#positives += positives;
    this.#predicted += positives + negatives;
    if (positives > 0) this.#sum += positives * (this.#positives / this.#predicted);
  }

  /** Null without positives. */
  value(): number | null {
    return this.#positives === 0 ? null : this.#sum / this.#positives;
  }
}

/** Trapezoidal area under precision–recall, from precision 1 at recall 0. */
export class PrTrapezoidSum {
  #positives = 0;
  #predicted = 0;
  #precision = 1;
  #sum = 0;

  add(positives: number, negatives: number): void {
    this.#positives += positives;
    this.#predicted += positives + negatives;
    const precision = this.#positives / this.#predicted;
    this.#sum += (positives * (precision + this.#precision)) / 2;
    this.#precision = precision;
  }

  /** Null without positives. */
  value(): number | null {
    return this.#positives === 0 ? null : this.#sum / this.#positives;
  }
}

/** Largest F1 = 2TP / (TP + FP + P) over the thresholds, and the lowest threshold that attains it. */
export class BestF1 {
  readonly #total: number;
  #hits = 0;
  #predicted = 0;
  #bestHits = 0;
  #bestSize = 1;
  #threshold = Number.NaN;

  /** @param positives P, over all groups to come */
  constructor(positives: number) {
    this.#total = positives;
  }

  add(score: number, positives: number, negatives: number): void {
    this.#hits += positives;
    this.#predicted += positives + negatives;
    // Without a new hit F1 only falls.
    if (positives === 0) return;
    const size = this.#predicted + this.#total;
    if (fractionAtLeast(this.#hits, size, this.#bestHits, this.#bestSize)) {
      this.#bestHits = this.#hits;
      this.#bestSize = size;
      this.#threshold = score;
    }
  }

  /** Null without positives. */
  value(): { f1: number; threshold: number } | null {
    if (this.#total === 0) return null;
    return { f1: (2 * this.#bestHits) / this.#bestSize, threshold: this.#threshold };
  }
}

/** a / b >= c / d for whole numbers >= 0 (b, d > 0), exactly. */
function fractionAtLeast(a: number, b: number, c: number, d: number): boolean {
  const left = a * d;
  const right = c * b;
  // Rounding keeps order, so only rounded products that are equal can mislead.
  if (left !== right || left <= Number.MAX_SAFE_INTEGER) return left >= right;
  return BigInt(a) * BigInt(d) >= BigInt(c) * BigInt(b);
}

/**
 * Area under the per-region-overlap curve from FPR 0 to `limit`, over `limit`; linear interpolation at the limit. The curve
 * starts at (0, 0); its end at FPR 1 comes with the last group.
 */
export class ProArea {
  readonly #regions: number;
  readonly #normals: number;
  readonly #limit: number;
  #falsePositives = 0;
  #overlap = 0;
  #fpr = 0;
  #pro = 0;
  #area = 0;

  /**
   * @param regions m, the number of regions over all images
   * @param normals number of normal pixels over all images
   * @param limit false-positive rate up to which the area is taken, in (0, 1]
   */
  constructor(regions: number, normals: number, limit: number) {
    this.#regions = regions;
    this.#normals = normals;
    this.#limit = limit;
  }

  /** @param overlap Σ 1/|R_k| over the anomalous pixels of the group */
  add(overlap: number, negatives: number): void {
    this.#overlap += overlap;
    this.#falsePositives += negatives;
    this.#lineTo(Math.min(this.#falsePositives / this.#normals, 1), Math.min(this.#overlap / this.#regions, 1));
  }

  /** Null without a region or without a normal pixel. */
  value(): number | null {
    if (this.#regions === 0 || this.#normals === 0) return null;
    return this.#area / this.#limit;
  }

  #lineTo(fpr: number, pro: number): void {
    const run = Math.min(fpr, this.#limit) - this.#fpr;
    if (run > 0) {
      const slope = (pro - this.#pro) / (fpr - this.#fpr);
      this.#area += run * (this.#pro + (slope * run) / 2);
    }
    this.#fpr = fpr;
    this.#pro = pro;
  }
}
