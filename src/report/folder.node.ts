// A report's folder: whether it may be written, and the swap of an earlier report for a new one.
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { IadError } from '../runtime/errors.js';
import { checkWritable, errorCode, writing } from '../runtime/writing.node.js';

/** What a report consists of. */
export interface ReportEntries {
  /** Its files and folders. */
  readonly all: readonly string[];
  /** Those that together show that a report was written there. */
  readonly marks: readonly string[];
}

const EVALUATION: ReportEntries = {
  all: ['report.html', 'evaluation.json', 'charts', 'overlays'],
  marks: ['report.html', 'evaluation.json'],
};

/** Whether a report can go there; makes nothing. @throws IadError WRITE_FAILED */
export async function checkReportFolder(target: string, entries: ReportEntries = EVALUATION): Promise<void> {
  await checkWritable('folder', target);
  await refuseStranger(target, entries);
}

/** Only an earlier report's files are replaced: a folder named `charts` without a report beside it is somebody's. */
async function refuseStranger(target: string, { all, marks }: ReportEntries): Promise<void> {
  const entries = (await writing(target, () => existingEntries(target))) ?? [];
  const stranger = all.find((entry) => entries.includes(entry));
  if (stranger === undefined || marks.every((mark) => entries.includes(mark))) return;
  throw new IadError('WRITE_FAILED', `the folder holds '${stranger}', which no report has written`, {
    path: target,
    hint: 'Name a new or empty folder.',
  });
}

async function existingEntries(target: string): Promise<string[] | null> {
  try {
    return await readdir(target);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Old entries step aside, new ones take their place; should one not land, all go back. */
export async function replaceReport(
  target: string,
  scratch: string,
  { all }: ReportEntries = EVALUATION,
): Promise<void> {
  await mkdir(target, { recursive: true });
  const aside = await mkdtemp(`${target}.old-`);
  const landed: string[] = [];
  const old: string[] = [];
  try {
    for (const entry of all) {
      const existing = await existingEntries(target);
      if (existing?.includes(entry)) {
        await rename(join(target, entry), join(aside, entry));
        old.push(entry);
      }
      await rename(join(scratch, entry), join(target, entry));
      landed.push(entry);
    }
  } catch (error) {
    for (const entry of landed) await rm(join(target, entry), { recursive: true, force: true });
    for (const entry of old) await rename(join(aside, entry), join(target, entry));
    throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
