// The published numbers by what they are of.
import { AUTOVI } from './autovi.js';
import { CUI } from './cui.js';
import { IM_IAD } from './im-iad.js';
import { type PublishedValue, parsePublished } from './parse.js';
import { TAO } from './tao.js';

/** Fields that are left out may be anything. */
export type PublishedQuery = {
  readonly [Field in 'source' | 'table' | 'dataset' | 'setting' | 'metric' | 'category' | 'method' | 'methodId']?:
    | PublishedValue[Field]
    | undefined;
};

let all: readonly PublishedValue[] | undefined;

/**
 * The numbers that were printed for all that the query says, in the order of the publications; none if there are none. Several
 * tables may give different numbers for the same.
 */
export function publishedValues(query: PublishedQuery = {}): PublishedValue[] {
  all ??= [
    ...parsePublished('im-iad', IM_IAD),
    ...parsePublished('autovi', AUTOVI),
    ...parsePublished('tao', TAO),
    ...parsePublished('cui', CUI),
  ];
  const { source, table, dataset, setting, metric, category, method, methodId } = query;
  const is = <T>(wanted: T | undefined, found: T) => wanted === undefined || wanted === found;
  return all.filter(
    (row) =>
      is(source, row.source) &&
      is(table, row.table) &&
      is(dataset, row.dataset) &&
      is(setting, row.setting) &&
      is(metric, row.metric) &&
      is(category, row.category) &&
      is(method, row.method) &&
      is(methodId, row.methodId),
  );
}
