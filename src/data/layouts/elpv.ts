// Layout `elpv` (Deitsch et al., photovoltaic cells, 2019): images and the table labels.csv, without header, separated by
// spaces: path, probability of a defect, type of the module. No masks.
import { checkedPath, csvError, oneOf } from './csv.js';
import { drawShare } from './draw.js';
import type { Indexed, IndexedSample, Layout } from './layout.js';

const TABLE = 'labels.csv';
const IMAGE = /^images\/cell\d+\.png$/i;
const TYPES = { mono: 'mono', poly: 'poly' } as const;
const TOLERANCE = 1e-6;
const LEVELS = ['p0', 'p1/3', 'p2/3', 'p1'] as const;

export const ELPV: Layout = {
  id: 'elpv',
  splits: ['p0-vs-p1', 'p0-vs-rest'],
  parts: ['mono', 'poly'],
  recognises: (files) => files.includes(TABLE) && files.some((path) => IMAGE.test(path)),
  categories: () => ['elpv'],
  needs: () => ({ texts: [TABLE], masks: [] }),
  /**
   * 75 % of the cells with probability 0 train. `p0-vs-p1`: those with probability 1 are anomalous, those between are left
   * out. `p0-vs-rest`: all others are anomalous.
   * @throws IadError `CSV_INVALID`
   */
  index({ images }, options, { texts }): Indexed {
    const { category, split } = options;
    const files = new Set(images);
    const seen = new Set<string>();
    const cells: { readonly path: string; readonly level: (typeof LEVELS)[number] }[] = [];
    for (const [index, text] of (texts.get(TABLE) ?? '').split(/\r?\n/).entries()) {
      if (text.trim() === '') continue;
      const line = index + 1;
      const fields = text.trim().split(/\s+/);
      if (fields.length !== 3) throw csvError(TABLE, line, `${fields.length} fields instead of 3`);
      const path = checkedPath(fields[0]!, files, TABLE, line);
      if (seen.has(path)) throw csvError(TABLE, line, `${path} a second time`);
      seen.add(path);
      const level = levelOf(fields[1]!, line);
      const type = oneOf(fields[2]!, TYPES, TABLE, line);
      if (category === 'elpv' || category === type) cells.push({ path, level });
    }
    const used = cells.filter(({ level }) => level === 'p0' || level === 'p1' || split === 'p0-vs-rest');
    used.sort((a, b) => (a.path < b.path ? -1 : 1));
    const normal = used.filter(({ level }) => level === 'p0').map(({ path }) => path);
    const training = new Set(drawShare(normal, 0.75, 'elpv', category, options));
    const samples = used.map(
      ({ path, level }): IndexedSample => ({
        path,
        category,
        split: training.has(path) ? 'train' : 'test',
        label: level === 'p0' ? 0 : 1,
        defectType: level === 'p0' ? 'good' : level,
        masks: [],
      }),
    );
    const between = cells.length - used.length;
    const warnings = between > 0 ? [`${between} cells of probability 1/3 and 2/3 are left out`] : [];
    const unlisted = images.filter((path) => IMAGE.test(path) && !seen.has(path)).length;
    if (unlisted > 0) warnings.push(`${unlisted} images are not in ${TABLE} and are left out`);
    return { samples, maskRule: 'nonzero', warnings: [...warnings, 'no masks: pixel metrics will be null'] };
  },
};

function levelOf(text: string, line: number): (typeof LEVELS)[number] {
  const thirds = Number(text) * 3;
  const level = LEVELS[Math.round(thirds)];
  if (level === undefined || text === '' || Math.abs(thirds - Math.round(thirds)) > 3 * TOLERANCE) {
    throw csvError(TABLE, line, `probability ${JSON.stringify(text)} is not 0, 1/3, 2/3 or 1`);
  }
  return level;
}
