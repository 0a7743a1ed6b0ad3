// The commands themselves, without the built package: what they print and the exit code they ask for.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildProgram } from '../../src/cli/program.node.js';
import { fakeMtd, fakeMvtecAd, without, writeFake } from '../helpers/fake-datasets.js';

const removals: (() => void)[] = [];
let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'iad-tf-data-'));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => {
  rmSync(scratch, { recursive: true });
  for (const remove of removals) remove();
});

function onDisk(fake: Parameters<typeof writeFake>[0], name?: string): string {
  const { root, remove } = writeFake(fake, name);
  removals.push(remove);
  return root;
}

async function run(...args: string[]): Promise<{ out: string; exitCode: number }> {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const outcome = { exitCode: 0 };
  await buildProgram(new AbortController().signal, outcome).parseAsync(['data', ...args], { from: 'user' });
  vi.restoreAllMocks();
  return { out, exitCode: outcome.exitCode };
}

describe('iad-tf data', () => {
  test('list: home page, terms and folders of all, or of one', async () => {
    const { out } = await run('list');
    expect(out).toMatch(/^mvtec_ad {2}MVTec AD, 15 categories\n {2}https:.*\n {2}licence: CC BY-NC-SA/);
    for (const id of [
      'mvtec_loco',
      'mpdd',
      'btad',
      'mtd',
      'visa',
      'dagm',
      'autovi',
      'ksdd',
      'ksdd2',
      'elpv',
      'aitex',
      'mvtec_ad2',
    ]) {
      expect(out).toMatch(new RegExp(`^${id} `, 'm'));
    }
    expect((await run('list', 'visa')).out).toMatch(/^visa {2}VisA, 12 categories\n/);
    await expect(run('list', 'vista')).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });

  test('usage errors are those of the program, not the end of the process', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await expect(run('inspect')).rejects.toMatchObject({ code: 'commander.missingArgument' });
    await expect(run('inspect', '.', '--layout', 'x')).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });

  test('inspect: what it is and what is wrong', async () => {
    const root = onDisk(without(fakeMvtecAd(), 'bottle/ground_truth/bent/000_mask.png'), 'mvtec');
    const json = join(scratch, 'inspect.json');
    const { out, exitCode } = await run('inspect', root, '--json', json);
    expect(out).toContain('mvtec: layout mvtec_ad (MVTec AD)');
    expect(out).toMatch(/bottle:\n {2}\[MASK_MISSING\]/);
    expect(out).toContain('grid: 3 train, 1 good and 2 anomalous test images, masks, 12 x 8');
    expect(out).toContain('defects: bent, glue');
    expect(exitCode).toBe(1);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ layout: 'mvtec_ad', categories: [{}, {}] });
  });

  test('verify: decodes everything', async () => {
    const root = onDisk(fakeMtd());
    const good = await run('verify', root, '--split', 'random80');
    expect(good.out).toMatch(/^mtd: 7 images, 3 with masks, [0-9a-f]{12}\n {2}train: 3 images/);
    expect(good.out).toContain('note: MASK_EMPTY: MT_Uneven/Imgs/exp3_num_45042.jpg');
    expect(good.exitCode).toBe(0);
    const broken = await run('verify', onDisk({ ...fakeMtd(), 'MT_Free/Imgs/exp1_num_855.jpg': 'no image' }));
    expect(broken.out).toMatch(/\[IMAGE_FORMAT\].*exp1_num_855/);
    expect(broken.exitCode).toBe(1);
  });

  test('verify goes on where one category cannot be opened', async () => {
    const root = onDisk(without(fakeMvtecAd(), 'bottle/ground_truth/bent/000_mask.png'));
    const { out, exitCode } = await run('verify', root);
    expect(out).toMatch(/bottle:\n {2}\[MASK_MISSING\][\s\S]*mvtec_ad\/grid: 6 images, 2 with masks/);
    expect(exitCode).toBe(1);
  });
});
