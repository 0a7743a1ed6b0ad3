// The generator that metric_vectors.json documents, and the inputs drawn with it. The reference scripts draw the same.
import type { DefectChannel, PixelImage } from '../../src/metrics/index.js';

export class Lcg {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer below 2^32. */
  next(): number {
    this.#state = (Math.imul(1664525, this.#state) + 1013904223) >>> 0;
    return this.#state;
  }

  /** An integer below 2^bits. */
  r(bits: number): number {
    return this.next() >>> (32 - bits);
  }

  /** An integer below n. */
  int(n: number): number {
    return Number((BigInt(this.next()) * BigInt(n)) >> 32n);
  }
}

export interface ScoreParams {
  seed: number;
  n: number;
  posModulus: number;
  shift: number;
  bits: number;
}

export function imageScores({ seed, n, posModulus, shift, bits }: ScoreParams): { scores: number[]; labels: number[] } {
  const random = new Lcg(seed);
  const scores: number[] = [];
  const labels: number[] = [];
  for (let i = 0; i < n; i++) {
    const label = random.int(posModulus) === 0 ? 1 : 0;
    labels.push(label);
    scores.push(random.r(bits) / 2 ** bits + (label === 1 ? shift : 0));
  }
  return { scores, labels };
}

export interface MapParams {
  seed: number;
  images: number;
  height: number;
  width: number;
  maxRects: number;
  maxSide: number;
  bits: number;
  shift: number;
}

export interface DrawnImage {
  map: Float32Array;
  mask: Uint8Array;
  width: number;
  height: number;
}

export function pixelMaps(params: MapParams): DrawnImage[] {
  const { height, width, maxRects, maxSide, bits, shift } = params;
  const random = new Lcg(params.seed);
  return Array.from({ length: params.images }, () => {
    const mask = new Uint8Array(height * width);
    for (let rects = random.int(maxRects + 1); rects > 0; rects--) {
      const tall = 1 + random.int(maxSide);
      const wide = 1 + random.int(maxSide);
      const top = random.int(height - tall + 1);
      const left = random.int(width - wide + 1);
      for (let y = top; y < top + tall; y++) mask.fill(1, y * width + left, y * width + left + wide);
    }
    const map = Float32Array.from(mask, (defect) => random.r(bits) / 2 ** bits + (defect === 1 ? shift : 0));
    return { map, mask, width, height };
  });
}

export function pixelImage({ map, mask, width, height }: DrawnImage): PixelImage {
  const shape = [height, width];
  return { map: { data: map, shape }, mask: { data: mask, shape } };
}

/** As the entries of a data set's configuration. */
export interface DrawnConfig {
  defect_name: string;
  pixel_value: number;
  saturation_threshold: number;
  relative_saturation: boolean;
}

export function channelOf(config: DrawnConfig, data: Uint8Array, shape: number[]): DefectChannel {
  return {
    mask: { data, shape },
    defect: config.defect_name,
    saturationThreshold: config.saturation_threshold,
    relativeSaturation: config.relative_saturation,
  };
}

export function sproMaps(params: MapParams, configs: DrawnConfig[]): PixelImage[] {
  const { height, width, maxRects, maxSide, bits, shift } = params;
  const random = new Lcg(params.seed);
  const shape = [height, width];
  return Array.from({ length: params.images }, () => {
    const union = new Uint8Array(height * width);
    const channels: DefectChannel[] = [];
    for (let rects = random.int(maxRects + 1); rects > 0; rects--) {
      const tall = 1 + random.int(maxSide);
      const wide = 1 + random.int(maxSide);
      const top = random.int(height - tall + 1);
      const left = random.int(width - wide + 1);
      const config = configs[random.int(configs.length)]!;
      const mask = new Uint8Array(height * width);
      for (let y = top; y < top + tall; y++) mask.fill(1, y * width + left, y * width + left + wide);
      for (let i = 0; i < mask.length; i++) union[i]! |= mask[i]!;
      channels.push(channelOf(config, mask, shape));
    }
    const data = Float32Array.from(union, (defect) => random.r(bits) / 2 ** bits + (defect === 1 ? shift : 0));
    return { map: { data, shape }, channels };
  });
}
