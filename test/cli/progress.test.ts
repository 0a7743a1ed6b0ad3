// What a progress bar says behind its numbers.
import { expect, test } from 'vitest';
import { progressTail } from '../../src/cli/progress-tail.js';

const event = { stage: 'training', done: 1, total: 9, elapsedMs: 5 };

test.each([
  [{}, ''],
  [{ remainingMs: 11_200 }, ', left 12 s'],
  [{ remainingMs: 190_000 }, ', left 3 min 10 s'],
  [{ remainingMs: 7_500_000, loss: 123456.7 }, ', left 2 h 5 min, loss 1.235e+5'],
  [{ loss: 0.25 }, ', loss 0.2500'],
])('%o', (more, tail) => {
  expect(progressTail({ ...event, ...more })).toBe(tail);
});
