// What the datasets' publications say about them: where they are, under which terms, how many images of which size.
import type { LayoutName } from './layout.js';

export interface PublishedCounts {
  readonly train?: number;
  readonly validation?: number;
  readonly testGood?: number;
  readonly testAnomalous?: number;
  /** Defective images of the training part. */
  readonly setAside?: number;
  /** All images, defective or not. */
  readonly images?: number;
  readonly anomalous?: number;
}

/** Smallest and largest, pixels. */
export interface SizeRange {
  readonly width: readonly [number, number];
  readonly height: readonly [number, number];
}

export interface PublishedCategory {
  readonly name: string;
  readonly counts: PublishedCounts;
  readonly size?: SizeRange;
}

export interface KnownDataset {
  readonly id: LayoutName;
  readonly title: string;
  readonly home: string;
  readonly licence: string;
  /** What there is to fetch, in a few words. */
  readonly download: string;
  /** The folders as they are expected, one line each. */
  readonly expected: readonly string[];
  readonly categories: readonly PublishedCategory[];
}

function fixed(width: number, height = width): SizeRange {
  return { width: [width, width], height: [height, height] };
}

function category(name: string, train: number, testGood: number, testAnomalous: number, size?: SizeRange) {
  return { name, counts: { train, testGood, testAnomalous }, ...(size && { size }) };
}

const MVTEC_AD: KnownDataset = {
  id: 'mvtec_ad',
  title: 'MVTec AD',
  home: 'https://www.mvtec.com/company/research/datasets/mvtec-ad',
  licence: 'CC BY-NC-SA 4.0 (non-commercial)',
  download: 'mvtec_anomaly_detection.tar.xz, about 4.9 GB, or one archive per category',
  expected: [
    '<category>/train/good/000.png',
    '<category>/test/good/000.png',
    '<category>/test/<defect>/000.png',
    '<category>/ground_truth/<defect>/000_mask.png',
  ],
  categories: [
    category('bottle', 209, 20, 63, fixed(900)),
    category('cable', 224, 58, 92, fixed(1024)),
    category('capsule', 219, 23, 109, fixed(1000)),
    category('carpet', 280, 28, 89, fixed(1024)),
    category('grid', 264, 21, 57, fixed(1024)),
    category('hazelnut', 391, 40, 70, fixed(1024)),
    category('leather', 245, 32, 92, fixed(1024)),
    category('metal_nut', 220, 22, 93, fixed(700)),
    category('pill', 267, 26, 141, fixed(800)),
    category('screw', 320, 41, 119, fixed(1024)),
    category('tile', 230, 33, 84, fixed(840)),
    category('toothbrush', 60, 12, 30, fixed(1024)),
    category('transistor', 213, 60, 40, fixed(1024)),
    category('wood', 247, 19, 60, fixed(1024)),
    category('zipper', 240, 32, 119, fixed(1024)),
  ],
};

function withValidation(name: string, train: number, validation: number, good: number, bad: number, size: SizeRange) {
  return { name, counts: { train, validation, testGood: good, testAnomalous: bad }, size };
}

const MVTEC_LOCO: KnownDataset = {
  id: 'mvtec_loco',
  title: 'MVTec LOCO AD',
  home: 'https://www.mvtec.com/company/research/datasets/mvtec-loco',
  licence: 'CC BY-NC-SA 4.0 (non-commercial)',
  download: 'mvtec_loco_anomaly_detection.tar.xz',
  expected: [
    '<category>/train/good/000.png',
    '<category>/validation/good/000.png',
    '<category>/test/{good,logical_anomalies,structural_anomalies}/000.png',
    '<category>/ground_truth/<kind>/000/000.png [001.png ...]',
    '<category>/defects_config.json',
  ],
  categories: [
    withValidation('breakfast_box', 351, 62, 102, 90 + 83, fixed(1600, 1280)),
    withValidation('juice_bottle', 335, 54, 94, 94 + 142, fixed(800, 1600)),
    withValidation('pushpins', 372, 69, 138, 81 + 91, fixed(1700, 1000)),
    withValidation('screw_bag', 360, 60, 122, 82 + 137, fixed(1600, 1100)),
    withValidation('splicing_connectors', 354, 59, 119, 85 + 108, fixed(1700, 850)),
  ],
};

const MPDD: KnownDataset = {
  id: 'mpdd',
  title: 'MPDD, painted metal parts',
  home: 'https://github.com/stepanje/MPDD',
  licence: 'CC BY-NC-SA 4.0 (non-commercial)',
  download: 'linked from the home page',
  expected: MVTEC_AD.expected,
  categories: [
    category('bracket_black', 289, 32, 47, fixed(1024)),
    category('bracket_brown', 185, 26, 51, fixed(1024)),
    category('bracket_white', 110, 30, 30, fixed(1024)),
    category('connector', 128, 30, 14, fixed(1024)),
    category('metal_plate', 54, 26, 71, fixed(1024)),
    category('tubes', 122, 32, 69, fixed(1024)),
  ],
};

const BTAD: KnownDataset = {
  id: 'btad',
  title: 'BTAD, beanTech',
  home: 'http://avires.dimi.uniud.it/papers/btad/btad.zip',
  licence: 'sources disagree; take it as non-commercial',
  download: 'btad.zip, which unpacks to BTech_Dataset_transformed',
  expected: [
    '{01,02,03}/train/ok/0000.{bmp,png}',
    '{01,02,03}/test/ok/0000.{bmp,png}',
    '{01,02,03}/test/ko/0000.{bmp,png}',
    '{01,02,03}/ground_truth/ko/0000.{bmp,png}',
  ],
  categories: [
    category('01', 400, 21, 49, fixed(1600)),
    category('02', 399, 30, 200, fixed(600)),
    category('03', 1000, 400, 41, fixed(800, 600)),
  ],
};

const MTD: KnownDataset = {
  id: 'mtd',
  title: 'MTD, magnetic tile defects',
  home: 'https://github.com/abin24/Magnetic-tile-defect-datasets.',
  licence: 'none stated; the authors ask to be cited',
  download: 'a Git repository',
  expected: ['MT_{Blowhole,Break,Crack,Fray,Free,Uneven}/Imgs/expE_num_N.{jpg,png}'],
  categories: [
    { name: 'mtd', counts: { images: 1344, anomalous: 392 }, size: { width: [103, 632], height: [222, 403] } },
  ],
};

const VISA: KnownDataset = {
  id: 'visa',
  title: 'VisA',
  home: 'https://github.com/amazon-science/spot-diff',
  licence: 'CC BY 4.0',
  download: 'VisA_20220922.tar, 1.9 GB',
  expected: [
    '<category>/Data/Images/{Normal,Anomaly}/000.JPG',
    '<category>/Data/Masks/Anomaly/000.png',
    'split_csv/{1cls,2cls_fewshot,2cls_highshot}.csv',
    'or rearranged: <category>/{train/good,test/good,test/bad,ground_truth/bad}',
  ],
  categories: [
    category('candle', 900, 100, 100),
    category('capsules', 542, 60, 100),
    category('cashew', 450, 50, 100),
    category('chewinggum', 453, 50, 100),
    category('fryum', 450, 50, 100),
    category('macaroni1', 900, 100, 100),
    category('macaroni2', 900, 100, 100),
    category('pcb1', 904, 100, 100),
    category('pcb2', 901, 100, 100),
    category('pcb3', 905, 101, 100),
    category('pcb4', 904, 101, 100),
    category('pipe_fryum', 450, 50, 100),
  ],
};

const DAGM: KnownDataset = {
  id: 'dagm',
  title: 'DAGM 2007',
  home: 'https://hci.iwr.uni-heidelberg.de/content/weakly-supervised-learning-industrial-optical-inspection',
  licence: 'not clearly stated',
  download: 'ten classes; a copy is Zenodo record 12750201',
  expected: [
    'Class<1..10>/{Train,Test}/0001.PNG',
    'Class<1..10>/{Train,Test}/Label/0001_label.PNG',
    'or rearranged: Class<1..10>/{train,test}/{good,<type>}, Class<1..10>/ground_truth/<type>',
  ],
  categories: Array.from({ length: 10 }, (_, i) => ({
    name: `Class${i + 1}`,
    counts: i < 6 ? { images: 1150, anomalous: 150 } : { images: 2300, anomalous: 300 },
    size: fixed(512),
  })),
};

const AUTOVI: KnownDataset = {
  id: 'autovi',
  title: 'AutoVI',
  home: 'https://doi.org/10.5281/zenodo.10459003',
  licence: 'CC BY-NC-SA 4.0 (non-commercial)',
  download: 'one zip per category',
  expected: [
    '<category>/train/good/0000.png',
    '<category>/test/{good,<defect>}/0000.png',
    '<category>/ground_truth/<defect>/0000/0000.png [0001.png ...]',
    '<category>/defects_config.json',
  ],
  categories: [
    category('engine_wiring', 285, 285, 322, fixed(400)),
    category('pipe_clip', 195, 196, 141, fixed(400)),
    category('pipe_staple', 198, 199, 127, fixed(400)),
    category('tank_screw', 318, 318, 95, fixed(1000, 750)),
    category('underbody_pipes', 161, 161, 184, fixed(1000, 750)),
    category('underbody_screw', 373, 374, 18, fixed(1000, 750)),
  ],
};

const KSDD: KnownDataset = {
  id: 'ksdd',
  title: 'KolektorSDD',
  home: 'https://www.vicos.si/resources/kolektorsdd/',
  licence: 'CC BY-NC-SA 4.0 (non-commercial)',
  download: 'two archives: fine masks, or boxes',
  expected: ['kos{01..50}/Part{0..7}.jpg', 'kos{01..50}/Part{0..7}_label.bmp'],
  categories: [
    { name: 'ksdd', counts: { images: 399, anomalous: 52 }, size: { width: [500, 500], height: [1240, 1270] } },
  ],
};

const KSDD2: KnownDataset = {
  id: 'ksdd2',
  title: 'KolektorSDD2',
  home: 'https://www.vicos.si/resources/kolektorsdd2/',
  licence: 'CC BY-NC-SA 4.0 (non-commercial)',
  download: 'one archive, 853 MB',
  expected: ['{train,test}/00000.png', '{train,test}/00000_GT.png'],
  categories: [{ name: 'ksdd2', counts: { train: 2085, setAside: 246, testGood: 894, testAnomalous: 110 } }],
};

const ELPV: KnownDataset = {
  id: 'elpv',
  title: 'ELPV, photovoltaic cells',
  home: 'https://github.com/zae-bayern/elpv-dataset',
  licence: 'CC BY-NC-SA 4.0 (non-commercial)',
  download: 'a Git repository; the images are in src/elpv_dataset/data',
  expected: ['images/cell0001.png', 'labels.csv'],
  categories: [category('elpv', 1131, 377, 715, fixed(300))],
};

const AITEX: KnownDataset = {
  id: 'aitex',
  title: 'AITEX fabric',
  home: 'https://www.aitex.es/afid/',
  licence: 'not clearly stated',
  download: 'three archives',
  expected: [
    'Defect_images/0001_002_00.png',
    'Mask_images/0001_002_00_mask.png',
    'NODefect_images/<roll>/0000_000_00.png',
  ],
  categories: [{ name: 'aitex', counts: { images: 140 + 104, anomalous: 104 } }],
};

const MVTEC_AD2: KnownDataset = {
  id: 'mvtec_ad2',
  title: 'MVTec AD 2',
  home: 'https://www.mvtec.com/company/research/datasets/mvtec-ad-2',
  licence: 'CC BY-NC-SA 4.0 (non-commercial)',
  download: 'an archive; labels of the private test images are on no disk but the server https://benchmark.mvtec.com/',
  expected: [
    '<category>/{train,validation}/good/000_regular.png',
    '<category>/test_public/{good,bad}/000_regular.png',
    '<category>/test_public/ground_truth/bad/000_regular_mask.png',
    '<category>/{test_private,test_private_mixed}/000_regular.png',
  ],
  categories: [
    withValidation('can', 412, 46, 72, 90, fixed(2232, 1024)),
    withValidation('fabric', 387, 43, 66, 90, fixed(2448, 2048)),
    withValidation('fruit_jelly', 263, 37, 20, 60, fixed(2100, 1520)),
    withValidation('rice', 313, 35, 42, 90, fixed(2448, 2048)),
    withValidation('sheet_metal', 137, 19, 24, 90, fixed(4224, 1056)),
    withValidation('vial', 291, 41, 35, 105, fixed(1400, 1900)),
    withValidation('wallplugs', 293, 33, 60, 90, fixed(2448, 2048)),
    withValidation('walnuts', 432, 48, 60, 90, fixed(2448, 2048)),
  ],
};

/** In order of importance. */
export const KNOWN_DATASETS: readonly KnownDataset[] = [
  MVTEC_AD,
  MVTEC_LOCO,
  MPDD,
  BTAD,
  MTD,
  VISA,
  DAGM,
  AUTOVI,
  KSDD,
  KSDD2,
  ELPV,
  AITEX,
  MVTEC_AD2,
];

export function knownDataset(id: string): KnownDataset | undefined {
  return KNOWN_DATASETS.find((dataset) => dataset.id === id);
}

/** A dataset's categories in the order of its publication. */
export function publishedNames(id: string): readonly string[] {
  return knownDataset(id)?.categories.map(({ name }) => name) ?? [];
}

export function publishedCategory(id: string, name: string): PublishedCategory | undefined {
  return knownDataset(id)?.categories.find((each) => each.name === name);
}
