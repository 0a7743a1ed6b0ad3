// A benchmark that is killed at any moment and started again ends with the table of one that nothing disturbed.
import { describe, expect, test } from 'vitest';
import { killAndResume, moments, type TrivialGrid, undisturbed } from '../../../bench/benchmark/kills.js';
import { Random } from '../../../src/runtime/random.js';

describe.each<[string, TrivialGrid, number]>([
  ['one process', { count: 24, jobs: 0, pause: 30, failEvery: 5 }, 3],
  ['processes of the jobs', { count: 6, jobs: 2, pause: 20, failEvery: 2 }, 1],
])('%s', (_, grid, count) => {
  test('nothing is lost, repeated or changed', { timeout: 300_000 }, async () => {
    const table = await undisturbed(grid);
    expect(table.split('\n').length).toBe(5);
    for (const moment of moments(count, grid, Random.forKey('kill', 0))) {
      const killed = await killAndResume(grid, moment);
      expect(killed).toMatchObject({ changed: 0, table });
      expect(killed.kept).toBeGreaterThanOrEqual(moment.records);
      expect(killed.resumed).toBe(grid.count - killed.kept);
    }
  });
});
