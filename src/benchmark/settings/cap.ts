// Fewer images than asked for: how many are used instead, and what is said of it.
import type { Cap } from './types.js';

/** @param reason why there are no more than `limit` */
export function capTo(limit: number, wanted: number, reason: string): { used: number; capped: Cap | null } {
  if (wanted <= limit) return { used: wanted, capped: null };
  return { used: limit, capped: { wanted, used: limit, reason } };
}
