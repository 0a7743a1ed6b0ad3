// The regularised incomplete beta function, which Student's t and the guarantees of calibration come from, and the normal
// distribution's quantiles.

const MAX_TERMS = 100_000;
const TINY = 1e-300;

/**
 * I_x(a, b), to a relative error below 1e-10 for a, b up to 1e5: the continued fraction (DLMF 8.17.22) by Lentz's method, on the
 * side where it converges fast.
 * @param y 1 − x, given by itself because the difference loses the digits of a small y
 * @param a > 0
 * @param b > 0
 */
export function regularizedBeta(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  return x > (a + 1) / (a + b + 2) ? 1 - lowerTail(y, x, b, a) : lowerTail(x, y, a, b);
}

function lowerTail(x: number, y: number, a: number, b: number): number {
  const front = Math.exp(a * logOf(x, y) + b * logOf(y, x) - logBeta(a, b)) / a;
  return front * fraction(x, a, b);
}

/** The r with I_r(a, b) = share, by bisection down to neighbouring numbers. */
export function betaQuantile(share: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return high;
    if (regularizedBeta(middle, 1 - middle, a, b) < share) low = middle;
    else high = middle;
  }
}

/** P(|T| >= |t|) of Student's t with `dof` > 0 degrees of freedom, whole or not. 0 for |t| beyond 1e154 √dof. */
export function studentTwoSided(t: number, dof: number): number {
  const ratio = t / Math.sqrt(dof);
  const square = ratio * ratio;
  if (square === Infinity) return 0;
  return regularizedBeta(1 / (1 + square), square / (1 + square), dof / 2, 0.5);
}

/** The z with P(|Z| < z) = share for a standard normal Z; share in (0, 1). To 1e-9 for shares up to 1 − 1e-6, less beyond. */
export function normalTwoSided(share: number): number {
  // Newton's method; from below it cannot overshoot, as P is concave in z.
  let z = 0;
  for (;;) {
    const next = z + (share - normalWithin(z)) / (Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2));
    if (!(next > z)) return z;
    z = next;
  }
}

/** P(|Z| < z) = √(2/π) e^(−z²/2) Σ z^(2n+1) / (2n+1)!!, whose terms are all positive. */
function normalWithin(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (z * z) / (2 * n + 1);
    sum += term;
  }
  return Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2) * sum;
}

/** ln x, from y = 1 − x where that has more digits. */
function logOf(x: number, y: number): number {
  return y < 0.5 ? Math.log1p(-y) : Math.log(x);
}

/** ln B(a, b). Stirling's series of all three gamma functions at once, so that large terms do not cancel. */
function logBeta(a: number, b: number): number {
  // B(a, b) = B(a + 1, b) (a + b) / a moves both to where the series is exact.
  let shift = 0;
  while (a < 12 || b < 12) {
    const small = Math.min(a, b);
    shift += Math.log1p(Math.max(a, b) / small);
    if (a <= b) a++;
    else b++;
  }
  const [low, high] = a < b ? [a, b] : [b, a];
  const main = (low - 0.5) * Math.log(low / (low + high)) - high * Math.log1p(low / high) - 0.5 * Math.log(high);
  return shift + main + 0.5 * Math.log(2 * Math.PI) + stirling(a) + stirling(b) - stirling(a + b);
}

/** ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π), for x >= 12. */
function stirling(x: number): number {
  const s = 1 / (x * x);
  return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - (s * 691) / 360_360))))) / x;
}

function fraction(x: number, a: number, b: number): number {
  const step = (c: number) => (Math.abs(c) < TINY ? TINY : c);
  let c = 1;
  let d = 1 / step(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / step(1 + even * d);
    c = step(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / step(1 + odd * d);
    c = step(1 + odd / c);
    const change = d * c;
    value *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return value;
}
