// Fields that the schemas of the benchmark have in common.
import * as z from 'zod';

export const text = (description: string) => z.string().describe(description);
export const count = (description: string) => z.int().min(0).describe(description);
export const share = (description: string) => z.number().min(0).max(1).describe(description);
