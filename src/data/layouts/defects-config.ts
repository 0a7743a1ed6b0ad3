// defects_config.json of MVTec LOCO AD and AutoVI: what the pixel values of masks mean, and when a defect counts as found.
import * as z from 'zod';
import type { DefectConfig } from '../../metrics/index.js';
import { IadError } from '../../runtime/errors.js';

const entry = z
  .strictObject({
    defect_name: z.string().min(1),
    pixel_value: z.int().min(1).max(255),
    saturation_threshold: z.number(),
    relative_saturation: z.boolean(),
  })
  .refine(
    ({ saturation_threshold: threshold, relative_saturation: relative }) =>
      relative ? threshold > 0 && threshold <= 1 : Number.isSafeInteger(threshold) && threshold >= 1,
    'saturation_threshold is a share in (0, 1] if it is relative, otherwise a whole number of pixels from 1',
  );

const schema = z
  .array(entry)
  .min(1)
  .refine(
    (entries) => new Set(entries.map(({ pixel_value }) => pixel_value)).size === entries.length,
    'two entries have the same pixel_value',
  );

/**
 * @param text undefined if the file is not there
 * @throws IadError `CONFIG_INVALID`
 */
export function parseDefectsConfig(text: string | undefined, path: string): readonly DefectConfig[] {
  const hint = 'It belongs to the dataset; get it again.';
  if (text === undefined) throw new IadError('CONFIG_INVALID', 'the file is missing', { path, hint });
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new IadError('CONFIG_INVALID', 'it is not JSON', { path, hint, cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 20).map(({ path: at, message }) => `${at.join('.')}: ${message}`);
  throw new IadError('CONFIG_INVALID', issues.join('; '), { path, hint });
}
