// A store of records in memory, and what a job's record says of where it ran.
import type { Circumstances } from '../../../src/benchmark/grid/execute.js';
import type { JobRecord } from '../../../src/benchmark/grid/record.js';
import type { RecordStore } from '../../../src/benchmark/grid/run.js';
import { VERSION } from '../../../src/runtime/version.js';

export const CIRCUMSTANCES: Circumstances = {
  environment: {
    libraryVersion: VERSION,
    node: 'v20',
    platform: 'linux x64',
    cpu: 'some',
    cores: 2,
    memory: 2 ** 33,
    commit: null,
  },
  workers: null,
  parallel: 1,
  ownProcess: false,
  attempts: 1,
};

export function memoryStore(): RecordStore {
  const records = new Map<string, JobRecord>();
  return {
    records: async () => new Map(records),
    write: async (record) => {
      records.set(record.id, record);
    },
  };
}
