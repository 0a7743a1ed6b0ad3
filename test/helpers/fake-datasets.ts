// Tiny fakes of the published datasets: their names, formats and odd cases, with pictures of a few pixels. A fake is the files by
// path, so that a test can spoil it before it is written.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PNG } from 'pngjs';
import { encodeJpeg } from '../../src/data/encode.node.js';
import { encodePng, type Image } from '../../src/data/index.js';
import { encodeBmp } from './bmp.js';

export type Fake = Record<string, Uint8Array | string>;

const WIDTH = 12;
const HEIGHT = 8;

/** A picture that no other number gives. */
function picture(seed: number, width = WIDTH, height = HEIGHT): Image {
  return {
    width,
    height,
    data: Uint8Array.from({ length: 3 * width * height }, (_, i) => (37 * i + 101 * seed) % 256),
  };
}

const jpegs = new Map<number, Uint8Array>();

/** Kept, as encoding takes longer than everything else here. */
function jpeg(seed: number): Uint8Array {
  const bytes = jpegs.get(seed) ?? encodeJpeg(picture(seed), 90);
  jpegs.set(seed, bytes);
  return bytes;
}

function png(seed: number, width = WIDTH, height = HEIGHT): Uint8Array {
  return encodePng(picture(seed, width, height));
}

/** Grey values: two rows at the top have the value, two pixels apart from them too where `spots` is 2. */
function maskPixels(value: number, spots: 1 | 2 = 1): Uint8Array {
  const data = new Uint8Array(WIDTH * HEIGHT);
  data.fill(value, 0, 2 * WIDTH);
  if (spots === 2) data.fill(value, 5 * WIDTH, 5 * WIDTH + 2);
  return data;
}

function greyPng(data: Uint8Array): Uint8Array {
  return encodePng({ width: WIDTH, height: HEIGHT, data });
}

export function maskPng(value = 255, spots: 1 | 2 = 1): Uint8Array {
  return greyPng(maskPixels(value, spots));
}

/** A mask in four channels, transparent where it is 0. */
function rgbaMask(value: number): Uint8Array {
  const file = new PNG({ width: WIDTH, height: HEIGHT });
  file.data = Buffer.from([...maskPixels(value)].flatMap((v) => [v, v, v, v > 0 ? 255 : 0]));
  return new Uint8Array(PNG.sync.write(file, { colorType: 6 }));
}

function toRgb(grey: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 3 * grey.length }, (_, i) => grey[Math.floor(i / 3)]!);
}

function numbered(count: number, digits: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i).padStart(digits, '0'));
}

/** MVTec AD, and with other names MPDD. */
export function fakeMvtecAd(categories: readonly string[] = ['bottle', 'grid']): Fake {
  const fake: Fake = { 'license.txt': 'x', 'readme.txt': 'x', '.DS_Store': 'x' };
  for (const category of categories) {
    for (const name of numbered(3, 3)) fake[`${category}/train/good/${name}.png`] = png(1);
    fake[`${category}/test/good/000.png`] = png(2);
    for (const defect of ['bent', 'glue']) {
      fake[`${category}/test/${defect}/000.png`] = png(3);
      fake[`${category}/ground_truth/${defect}/000_mask.png`] = maskPng(255, 2);
    }
    fake[`${category}/readme.txt`] = 'x';
    fake[`${category}/._readme.txt`] = 'x';
  }
  return fake;
}

export const LOCO_CONFIG = [
  { defect_name: '1_pushpin_missing', pixel_value: 255, saturation_threshold: 6300, relative_saturation: false },
  { defect_name: 'color', pixel_value: 248, saturation_threshold: 1.0, relative_saturation: true },
];

export function fakeLoco(): Fake {
  const category = 'pushpins';
  const fake: Fake = { [`${category}/defects_config.json`]: JSON.stringify(LOCO_CONFIG) };
  for (const name of numbered(3, 3)) fake[`${category}/train/good/${name}.png`] = png(1);
  fake[`${category}/validation/good/000.png`] = png(2);
  fake[`${category}/test/good/000.png`] = png(3);
  fake[`${category}/test/logical_anomalies/000.png`] = png(4);
  fake[`${category}/test/structural_anomalies/000.png`] = png(5);
  // Two defects that overlap.
  fake[`${category}/ground_truth/logical_anomalies/000/000.png`] = maskPng(255);
  fake[`${category}/ground_truth/logical_anomalies/000/001.png`] = maskPng(248, 2);
  fake[`${category}/ground_truth/structural_anomalies/000/000.png`] = maskPng(248);
  return fake;
}

/** Unpacked into a folder of its own name, masks in four channels. */
export function fakeAutoVi(prefix = 'pipe_clip/pipe_clip'): Fake {
  const config = [{ defect_name: 'unclipped', pixel_value: 255, saturation_threshold: 0.5, relative_saturation: true }];
  return {
    [`${prefix}/defects_config.json`]: JSON.stringify(config),
    [`${prefix}/defect_example.png`]: png(0),
    [`${prefix}/train/good/0000.png`]: png(1),
    [`${prefix}/train/good/0001.png`]: png(2),
    [`${prefix}/test/good/0000.png`]: png(3),
    [`${prefix}/test/unclipped/0000.png`]: png(4),
    [`${prefix}/ground_truth/unclipped/0000/0000.png`]: rgbaMask(255),
  };
}

export function fakeBtad(): Fake {
  const fake: Fake = {};
  const formats = { '01': ['bmp', 'png'], '02': ['png', 'png'], '03': ['bmp', 'bmp'] } as const;
  for (const [category, [image, mask]] of Object.entries(formats)) {
    const encode = (seed: number) => (image === 'bmp' ? encodeBmp(picture(seed)) : png(seed));
    for (const name of numbered(3, 4)) fake[`${category}/train/ok/${name}.${image}`] = encode(1);
    fake[`${category}/test/ok/0000.${image}`] = encode(2);
    fake[`${category}/test/ko/0001.${image}`] = encode(3);
    fake[`${category}/ground_truth/ko/0001.${mask}`] = mask === 'bmp' ? encodeBmp(maskImage(255)) : maskPng();
  }
  return fake;
}

function maskImage(value: number): Image {
  return { width: WIDTH, height: HEIGHT, data: toRgb(maskPixels(value)) };
}

export function fakeMtd(): Fake {
  const fake: Fake = { 'README.md': 'x', 'dataset.jpg': jpeg(0) };
  const free = ['exp1_num_855', 'exp1_num_2610', 'exp1_num_3504', 'exp6_num_1'];
  for (const name of free) {
    fake[`MT_Free/Imgs/${name}.jpg`] = jpeg(1);
    fake[`MT_Free/Imgs/${name}.png`] = maskPng(0);
  }
  for (const type of ['Blowhole', 'Uneven']) {
    fake[`MT_${type}/Imgs/exp3_num_7.jpg`] = jpeg(2);
    // Soft edges: what lies below 128 does not count.
    const data = maskPixels(255);
    data.fill(100, 3 * WIDTH, 4 * WIDTH);
    fake[`MT_${type}/Imgs/exp3_num_7.png`] = greyPng(data);
  }
  fake['MT_Uneven/Imgs/exp3_num_45042.jpg'] = jpeg(3);
  fake['MT_Uneven/Imgs/exp3_num_45042.png'] = maskPng(0);
  return fake;
}

/** As published: numbers of normal and anomalous images overlap, masks hold class numbers. */
export function fakeVisa(): Fake {
  const rows = ['object,split,label,image,mask'];
  const fewshot = [...rows];
  const fake: Fake = { 'LICENSE-DATASET': 'x' };
  for (const category of ['candle', 'pcb3']) {
    for (const [i, name] of numbered(4, 4).entries()) {
      const path = `${category}/Data/Images/Normal/${name}.JPG`;
      fake[path] = jpeg(i);
      rows.push(`${category},${i < 3 ? 'train' : 'test'},normal,${path},`);
      fewshot.push(`${category},${i < 1 ? 'train' : 'test'},normal,${path},`);
    }
    for (const [i, name] of numbered(2, 3).entries()) {
      const path = `${category}/Data/Images/Anomaly/${name}.JPG`;
      const mask = `${category}/Data/Masks/Anomaly/${name}.png`;
      fake[path] = jpeg(9 + i);
      fake[mask] = maskPng(1 + i);
      rows.push(`${category},test,anomaly,${path},${mask}`);
      fewshot.push(`${category},${i < 1 ? 'train' : 'test'},anomaly,${path},${mask}`);
    }
    fake[`${category}/image_anno.csv`] = 'image,label,mask\n';
  }
  fake['split_csv/1cls.csv'] = `${rows.join('\n')}\n`;
  fake['split_csv/2cls_fewshot.csv'] = `${fewshot.join('\n')}\n`;
  return fake;
}

export function fakeVisaRearranged(): Fake {
  const fake: Fake = {};
  for (const name of numbered(3, 4)) fake[`candle/train/good/${name}.JPG`] = jpeg(1);
  fake['candle/test/good/0100.JPG'] = jpeg(2);
  fake['candle/test/bad/000.JPG'] = jpeg(3);
  fake['candle/ground_truth/bad/000.png'] = maskPng();
  return fake;
}

export function fakeDagm(): Fake {
  const fake: Fake = {};
  for (const category of ['Class1', 'Class10']) {
    for (const [i, part] of (['Train', 'Test'] as const).entries()) {
      for (const [j, name] of numbered(4, 4).entries()) fake[`${category}/${part}/${name}.PNG`] = png(10 * i + j);
      fake[`${category}/${part}/Label/0002_label.PNG`] = maskPng();
      fake[`${category}/${part}/Label/Labels.txt`] = 'not to be believed';
    }
  }
  return fake;
}

export function fakeDagmRearranged(): Fake {
  return {
    'Class1/train/good/0001.PNG': png(1),
    'Class1/train/defect/0002.PNG': png(2),
    'Class1/test/good/0003.PNG': png(3),
    'Class1/test/defect/0004.PNG': png(4),
    'Class1/ground_truth/defect/0002_label.PNG': maskPng(),
    'Class1/ground_truth/defect/0004_label.PNG': maskPng(),
  };
}

/** Ten items of three surfaces; the third of every item but the last is defective. */
export function fakeKsdd(): Fake {
  const fake: Fake = {};
  const items = [...numbered(10, 2).map((name) => `kos${name}`), 'kos21'];
  for (const [i, item] of items.entries()) {
    for (const part of [0, 1, 2]) {
      fake[`${item}/Part${part}.jpg`] = jpeg(10 * i + part);
      fake[`${item}/Part${part}_label.bmp`] = encodeBmp(maskImage(part === 2 && i < 10 ? 255 : 0), { bits: 8 });
    }
  }
  fake['kos21/Part7.jpg'] = jpeg(0);
  fake['kos21/Part7_label.bmp'] = encodeBmp(maskImage(255), { bits: 8 });
  return fake;
}

export function fakeKsdd2(): Fake {
  const fake: Fake = { 'split_weakly_16.pyb': 'x' };
  for (const part of ['train', 'test']) {
    for (const [i, name] of numbered(4, 5).entries()) {
      fake[`${part}/${name}.png`] = png(i, WIDTH, HEIGHT);
      fake[`${part}/${name}_GT.png`] = maskPng(i === 3 ? 255 : 0);
    }
  }
  fake['train/00001 (copy).png'] = png(1);
  fake['train/00001_GT (copy).png'] = maskPng(0);
  return fake;
}

/** Twelve cells of each probability and type. */
export function fakeElpv(): Fake {
  const fake: Fake = {};
  const rows: string[] = [];
  const levels = ['0.0', '0.3333333333333333', '0.6666666666666666', '1.0'];
  for (let i = 0; i < 96; i++) {
    const path = `images/cell${String(i + 1).padStart(4, '0')}.png`;
    fake[path] = greyPng(Uint8Array.from({ length: WIDTH * HEIGHT }, (_, j) => (i + j) % 256));
    rows.push(`${path}  ${levels[i % 4]}${' '.repeat(5)}${i % 8 < 4 ? 'mono' : 'poly'}`);
  }
  fake['labels.csv'] = `${rows.join('\n')}\n`;
  return fake;
}

export function fakeAitex(): Fake {
  const soft = maskPixels(255);
  soft.fill(60, 3 * WIDTH, 4 * WIDTH);
  const fake: Fake = {};
  for (const name of ['0001_002_00', '0044_019_04', '0094_027_05', '0100_025_08'])
    fake[`Defect_images/${name}.png`] = png(1);
  fake['Mask_images/0001_002_00_mask.png'] = greyPng(soft);
  fake['Mask_images/0044_019_04_mask1.png'] = maskPng();
  fake['Mask_images/0044_019_04_mask2.png'] = maskPng(255, 2);
  fake['Mask_images/0094_027_05_mask.png'] = maskPng();
  for (const [i, name] of numbered(8, 4).entries()) {
    fake[`NODefect_images/${i < 4 ? '2306881-210020u' : '2311694-1930c7u'}/${name}_000_0${i % 4}.png`] = png(i);
  }
  return fake;
}

export function fakeMvtecAd2(): Fake {
  return {
    'can/train/good/000_regular.png': png(1),
    'can/train/good/001_regular.png': png(2),
    'can/validation/good/000_regular.png': png(3),
    'can/test_public/good/000_regular.png': png(4),
    'can/test_public/bad/000_regular.png': png(5),
    'can/test_public/bad/000_overexposed.png': png(6),
    'can/test_public/ground_truth/bad/000_regular_mask.png': maskPng(),
    'can/test_public/ground_truth/bad/000_overexposed_mask.png': maskPng(255, 2),
    'can/test_private/000_regular.png': png(7),
    'can/test_private_mixed/000_mixed.png': png(8),
  };
}

export function fakeManifest(): Fake {
  const rows = [
    'image,split,label,category,defect,mask',
    'a/1.png,train,normal,left,,',
    'a/2.png,train,0,left,,',
    '"a/odd, name.png",test,normal,left,,',
    'b/1.png,test,anomalous,left,dent,b/m1.png|b/m2.png',
    'a/3.png,train,good,right,,',
    'a/4.png,val,good,right,,',
    'a/5.png,test,unknown,right,,',
  ];
  const fake: Fake = { 'manifest.csv': `\ufeff${rows.join('\r\n')}\r\n` };
  for (const name of ['a/1', 'a/2', 'a/odd, name', 'b/1', 'a/3', 'a/4', 'a/5']) fake[`${name}.png`] = png(1);
  fake['b/m1.png'] = maskPng();
  fake['b/m2.png'] = maskPng(255, 2);
  return fake;
}

/** Writes a fake into a new folder of that name. */
export function writeFake(fake: Fake, name = 'data'): { root: string; remove: () => void } {
  const parent = mkdtempSync(join(tmpdir(), 'iad-tf-fake-'));
  const root = join(parent, name);
  for (const [path, content] of Object.entries(fake)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return { root, remove: () => rmSync(parent, { recursive: true }) };
}

/** Every path below another folder. */
export function below(folder: string, fake: Fake): Fake {
  return Object.fromEntries(Object.entries(fake).map(([path, content]) => [`${folder}/${path}`, content]));
}

/** Without some of its files. */
export function without(fake: Fake, ...paths: readonly string[]): Fake {
  for (const path of paths) if (!(path in fake)) throw new Error(`the fake has no ${path}`);
  return Object.fromEntries(Object.entries(fake).filter(([path]) => !paths.includes(path)));
}
