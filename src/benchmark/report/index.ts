// From the records of a benchmark to its report as data. The same records give the same report, whenever and wherever.
import { canonical } from '../grid/job.js';
import type { GridManifest, JobRecord } from '../grid/record.js';
import { type Contender, configIn, type Gathered, gather, grouped, isDone, type StudiedDataset } from './gather.js';
import { imageCounts } from './images.js';
import { matricesOf } from './matrices.js';
import { REPORT_METRICS } from './metrics.js';
import { curvesOf, defectsOf, efficiencyOf } from './plots.js';
import { References, sourcesOf } from './references.js';
import type { BenchmarkReport, ReportDataset } from './schema.js';
import { tablesOf } from './tables.js';
import { settingTitle } from './titles.js';
import { worstOf } from './worst.js';

export { grouped } from './gather.js';
export type * from './schema.js';

/** What `readResults` reads. */
export interface Results {
  readonly manifest: GridManifest;
  /** In the order of the manifest. */
  readonly records: readonly JobRecord[];
}

/**
 * Tables, curves and lists of a benchmark, finished or not: what is not there yet is listed.
 * @throws IadError BAD_CONFIG for a setting that this version does not know
 */
export function benchmarkReport({ manifest, records }: Results): BenchmarkReport {
  const gathered = gather(records, manifest.skipped);
  const parts = gathered.datasets.map((dataset) => reportOf(dataset, gathered.methods));
  const tables = parts.flatMap((part) => part.tables);
  const titles = new Map(manifest.jobs.map(({ id, title }) => [id, title]));
  const ids = new Set(records.map(({ id }) => id));
  const failures = records.flatMap((record) =>
    isDone(record) ? [] : [{ id: record.id, title: titles.get(record.id) ?? record.id, ...record.error }],
  );
  return {
    schema: 'iad-tf/benchmark-report@1',
    libraryVersion: manifest.libraryVersion,
    fingerprint: manifest.fingerprint,
    jobs: { all: manifest.jobs.length, done: records.length - failures.length, failed: failures.length },
    cacheFeatures: records.some(({ description }) => description.cacheFeatures),
    metrics: REPORT_METRICS.filter(({ id }) => tables.some(({ metric }) => metric === id)).map(
      ({ id, title, note }) => {
        return { id, title, note };
      },
    ),
    methods: gathered.methods.map((method) => methodFacts(method, gathered)),
    settings: settingsOf(gathered),
    datasets: parts.map(({ facts }) => facts),
    environments: environmentsOf(records),
    tables,
    efficiency: parts.flatMap(({ efficiency }) => efficiency),
    curves: parts.flatMap(({ curves }) => curves),
    matrices: parts.flatMap(({ matrices }) => matrices),
    defects: parts.flatMap(({ defects }) => defects),
    worst: parts.flatMap(({ worst }) => worst),
    failures,
    missing: manifest.jobs.filter(({ id }) => !ids.has(id)).map(({ id, title }) => ({ id, title })),
    skipped: manifest.skipped,
    sources: sourcesOf(parts.flatMap(({ facts }) => facts.references)),
  };
}

function reportOf(dataset: StudiedDataset, methods: readonly Contender[]) {
  const references = new References(dataset);
  const tables = tablesOf(dataset, methods, references);
  const { name, folder, id, layout, split, categories, allCategories, studies } = dataset;
  const facts: ReportDataset = {
    name,
    folder,
    id,
    layout,
    split,
    categories,
    allCategories,
    images: studies.flatMap((study) => imageCounts(study, categories)),
    references: references.list(),
  };
  return {
    facts,
    tables,
    efficiency: efficiencyOf(dataset, methods, tables),
    curves: curvesOf(dataset, methods, tables),
    matrices: matricesOf(dataset, methods),
    defects: defectsOf(dataset, methods),
    worst: worstOf(dataset, methods),
  };
}

function methodFacts(method: Contender, { datasets }: Gathered): BenchmarkReport['methods'][number] {
  const studies = datasets.flatMap((dataset) => dataset.studies);
  const jobs = studies.flatMap((study) => study.jobs);
  const records = jobs.flatMap(({ method: own, record }) => (own === method && isDone(record) ? [record] : []));
  const hash = records[0]?.outcomes[0]?.evaluation.backbone.hash ?? null;
  const { label, id, backbone, code, config } = method;
  const except = grouped(studies, ({ settingId }) => settingId).flatMap(([study]) => {
    const own = Object.entries(configIn(study, method));
    const differing = own.filter(([key, value]) => canonical(value) !== canonical(config[key]));
    return differing.length === 0 ? [] : [{ setting: study.settingId, config: Object.fromEntries(differing) }];
  });
  return { label, id, backbone, code, backboneHash: hash, config, except };
}

function settingsOf({ datasets }: Gathered): BenchmarkReport['settings'] {
  const studies = datasets.flatMap((dataset) => dataset.studies);
  return grouped(studies, ({ settingId }) => settingId).map(([{ settingId, setting }]) => {
    return { id: settingId, title: settingTitle(setting) };
  });
}

function environmentsOf(records: readonly JobRecord[]): BenchmarkReport['environments'] {
  const described = records.map((record) => {
    const { cpu, cores, memory, platform, node, libraryVersion, commit } = record.environment;
    const backends = isDone(record) ? new Set(record.outcomes.map(({ evaluation }) => evaluation.backend)) : [];
    const threads =
      record.workers === null
        ? 'default number of threads'
        : `${record.workers} ${record.workers === 1 ? 'thread' : 'threads'} a job`;
    return {
      machine: `${cpu}, ${cores} cores, ${(memory / 2 ** 30).toFixed(1)} GiB, ${platform}`,
      software: [
        `iad-tf ${libraryVersion}${commit === null ? '' : `, commit ${commit}`}`,
        `Node ${node}`,
        ...backends,
        threads,
      ].join('; '),
      parallel: record.parallel,
    };
  });
  return grouped(described, ({ machine, software }) => `${machine}\n${software}`).map((group) => ({
    machine: group[0].machine,
    software: group[0].software,
    jobs: group.length,
    parallel: Math.max(...group.map(({ parallel }) => parallel)),
  }));
}
