// Numbers as a person reads them. Rounding happens here and nowhere else.

/** A metric in 0..1 with three decimals; an undefined one is a dash. */
export function metric(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

/** A score, a threshold, a p-value with so many significant digits. */
export function significant(value: number, digits = 4): string {
  return String(Number(value.toPrecision(digits)));
}

/** `part` of `whole` in percent; a dash where the whole is 0. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** `1 thing`, `2 things`. */
export function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${(milliseconds / 60_000).toFixed(1)} min`;
}

export function bytes(n: number): string {
  return n < 2 ** 30 ? `${(n / 2 ** 20).toFixed(0)} MiB` : `${(n / 2 ** 30).toFixed(2)} GiB`;
}
