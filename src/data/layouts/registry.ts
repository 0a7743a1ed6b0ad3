// All layouts, and which of them a list of files shows.
import { AITEX } from './aitex.js';
import { DAGM } from './dagm.js';
import { ELPV } from './elpv.js';
import { AUTOVI, COMPLETE_NONZERO, DAGM_REARRANGED, family, familyMember, holdsCategories, LOCO } from './family.js';
import { FOLDER } from './folder.js';
import { KSDD, KSDD2 } from './kolektor.js';
import type { Layout, LayoutName } from './layout.js';
import { MANIFEST } from './manifest.js';
import { MTD } from './mtd.js';
import { PLAIN } from './mvtec.js';
import { MVTEC_AD2 } from './mvtec-ad2.js';
import { VISA } from './visa.js';

const isCategory = (files: readonly string[]) => files.some((path) => /^(train|test)\/[^/]/.test(path));
const hasConfig = (files: readonly string[]) => files.includes('defects_config.json');
const isLoco = (files: readonly string[]) => files.some((path) => /^(validation|test\/logical_anomalies)\//.test(path));

/**
 * Several layouts may stand for one dataset: as published, rearranged by others, or one category by itself. The first that
 * recognises the files is taken.
 */
const LAYOUTS: readonly Layout[] = [
  MANIFEST,
  MTD,
  KSDD,
  KSDD2,
  ELPV,
  AITEX,
  VISA,
  DAGM,
  MVTEC_AD2,
  familyMember('mvtec_loco', LOCO, (files) => isCategory(files) && hasConfig(files) && isLoco(files)),
  familyMember('autovi', AUTOVI, (files) => isCategory(files) && hasConfig(files) && !isLoco(files)),
  familyMember('mvtec', PLAIN, isCategory),
  family('mvtec_loco', LOCO),
  family('autovi', AUTOVI),
  family('mvtec_ad', COMPLETE_NONZERO),
  family('mpdd', COMPLETE_NONZERO),
  family('btad', COMPLETE_NONZERO),
  family('visa', COMPLETE_NONZERO),
  family('dagm', DAGM_REARRANGED),
  { ...family('mvtec', PLAIN), recognises: holdsCategories },
  // Named only: a category of these cannot be told from any other folder of this form.
  familyMember('mvtec_ad', COMPLETE_NONZERO, isCategory),
  familyMember('mpdd', COMPLETE_NONZERO, isCategory),
  familyMember('btad', COMPLETE_NONZERO, isCategory),
];

export const LAYOUT_NAMES: readonly LayoutName[] = [...new Set([...LAYOUTS.map(({ id }) => id), FOLDER.id].sort())];

/** The splits that a layout has; `given` where the folders say it. */
export function splitNames(id: LayoutName): readonly string[] {
  return [...LAYOUTS, FOLDER].find((layout) => layout.id === id)?.splits ?? [];
}

/** @param id a layout, or `auto` for any but `folder`, which takes all that is left */
export function recognise(files: readonly string[], id: LayoutName | 'auto'): Layout | undefined {
  if (id === 'folder') return FOLDER;
  return LAYOUTS.find((layout) => (id === 'auto' || layout.id === id) && layout.recognises(files));
}

const DEPTH = 3;

/** Folders below the root that are such a dataset, where the root itself is none. */
export function recogniseBelow(files: readonly string[], id: LayoutName | 'auto'): string[] {
  const folders = new Map<string, string[]>();
  for (const path of files) {
    const parts = path.split('/');
    for (let depth = 1; depth <= Math.min(DEPTH, parts.length - 1); depth++) {
      const folder = parts.slice(0, depth).join('/');
      const list = folders.get(folder);
      const rest = parts.slice(depth).join('/');
      if (list) list.push(rest);
      else folders.set(folder, [rest]);
    }
  }
  const found: string[] = [];
  for (const [folder, below] of folders) {
    const within = found.some((outer) => folder.startsWith(`${outer}/`));
    if (!within && recognise(below, id)) found.push(folder);
  }
  return found;
}
