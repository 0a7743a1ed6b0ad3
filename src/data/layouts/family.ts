// Datasets that are several folders of the layout `mvtec`, one per category: MVTec AD and LOCO AD, MPDD, BTAD, AutoVI, and
// the rearranged copies of VisA and DAGM.
import { byCodeUnits } from '../paths.js';
import { parseDefectsConfig } from './defects-config.js';
import type { Contents, Indexed, Layout, LayoutName, LayoutOptions, Listing } from './layout.js';
import { indexMvtec, type MvtecRules } from './mvtec.js';
import { publishedNames } from './published.js';

const CONFIG = 'defects_config.json';
const CONFIG_FILE = /^([^/]+)\/(?:\1\/)?defects_config\.json$/;
const TRAINED = /^([^/]+)\/(?:\1\/)?train\/[^/]+\/[^/]/;
const TESTED = /^([^/]+)\/(?:\1\/)?test\/(?:good|ok|normal|Normal)\/[^/]/;

/** Whether a folder holds a `train` with folders in it. */
export function holdsCategories(files: readonly string[]): boolean {
  return files.some((path) => TRAINED.test(path));
}

/**
 * The folders that hold a `train` with folders in it, or good test images: one whose training images are missing must not be left out in
 * silence, but refused when it is indexed. In the order of the publication, then by name.
 */
export function familyCategories(files: readonly string[], order: readonly string[] = []): string[] {
  const found = new Set(files.flatMap((path) => (TRAINED.exec(path) ?? TESTED.exec(path))?.[1] ?? []));
  const known = order.filter((name) => found.delete(name));
  return [...known, ...[...found].sort(byCodeUnits)];
}

/** @param rules its masks belong to `config` if the rule is that */
export function family(id: LayoutName, rules: MvtecRules): Layout {
  const names = publishedNames(id);
  const hasConfig = rules.maskRule === 'config';
  return {
    id,
    splits: ['given'],
    recognises(files) {
      const categories = familyCategories(files);
      const known = categories.filter((name) => names.includes(name));
      return known.length > 0 && 2 * known.length >= categories.length;
    },
    categories: (files) => familyCategories(files, names),
    ...(hasConfig && {
      needs: (files: readonly string[]) => ({ texts: files.filter((path) => CONFIG_FILE.test(path)), masks: [] }),
    }),
    index: (listing, { category }, contents) => indexCategory(listing, category, rules, contents),
  };
}

/** A category folder that was opened by itself. */
export function familyMember(id: LayoutName, rules: MvtecRules, recognises: Layout['recognises']): Layout {
  const hasConfig = rules.maskRule === 'config';
  return {
    id,
    splits: ['given'],
    recognises,
    categories: (_files, _contents, name) => [name],
    ...(hasConfig && { needs: () => ({ texts: [CONFIG], masks: [] }) }),
    index: (listing, { category }: LayoutOptions, { texts }) =>
      withConfig(indexMvtec({ ...listing, name: category }, rules), rules, texts, CONFIG),
  };
}

function indexCategory(listing: Listing, category: string, rules: MvtecRules, { texts }: Contents): Indexed {
  // Some unpackers put each archive into a folder of its own name.
  const twice = `${category}/${category}/`;
  const prefix = listing.images.some((path) => path.startsWith(`${twice}train/`)) ? twice : `${category}/`;
  const within = listing.images.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  const root = `${listing.root.replace(/[\\/]+$/, '')}/${prefix.slice(0, -1)}`;
  const indexed = indexMvtec({ name: category, root, images: within }, rules);
  const samples = indexed.samples.map((sample) => ({
    ...sample,
    path: prefix + sample.path,
    masks: sample.masks.map((mask) => prefix + mask),
  }));
  return withConfig({ ...indexed, samples }, rules, texts, `${prefix}${CONFIG}`);
}

function withConfig(indexed: Indexed, rules: MvtecRules, texts: ReadonlyMap<string, string>, path: string): Indexed {
  return rules.maskRule === 'config' ? { ...indexed, defects: parseDefectsConfig(texts.get(path), path) } : indexed;
}

const COMPLETE = { masksDue: true, splitsDue: ['train', 'test'] } as const;

export const COMPLETE_NONZERO: MvtecRules = { maskRule: 'nonzero', ...COMPLETE };
export const LOCO: MvtecRules = {
  maskRule: 'config',
  masksDue: true,
  splitsDue: ['train', 'val', 'test'],
  groups: { structural_anomalies: 'structural', logical_anomalies: 'logical' },
};
export const AUTOVI: MvtecRules = { maskRule: 'config', ...COMPLETE };
export const DAGM_REARRANGED: MvtecRules = { ...COMPLETE_NONZERO, mixedTraining: true };
