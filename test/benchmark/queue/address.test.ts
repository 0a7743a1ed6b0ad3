// Addresses of Redis, whose passwords must not be seen.
import { describe, expect, test } from 'vitest';
import { parseQueueAddress } from '../../../src/benchmark/grid/queue/address.js';

describe('an address', () => {
  const plain = { host: 'h', port: 6379, db: 0, tls: false, shown: 'redis://h:6379/0' };

  test.each([
    ['redis://h', plain],
    ['redis://h/', plain],
    ['redis://h:6379/0', plain],
    ['redis://h:7000/12', { ...plain, port: 7000, db: 12, shown: 'redis://h:7000/12' }],
    ['rediss://h', { ...plain, tls: true, shown: 'rediss://h:6379/0' }],
    ['redis://[::1]:7000', { ...plain, host: '::1', port: 7000, shown: 'redis://[::1]:7000/0' }],
    ['redis://me:s%40f%2Fe%25@h', { ...plain, username: 'me', password: 's@f/e%' }],
    ['redis://:pass@h', { ...plain, password: 'pass' }],
  ])('%s', (text, address) => {
    expect(parseQueueAddress(text)).toEqual(address);
  });

  test.each([
    ['', 'not an address'],
    ['localhost', 'not an address'],
    ['me:secret@h', 'neither redis:// nor rediss://'],
    ['http://me:secret@h', 'neither redis:// nor rediss://'],
    ['redis://', 'no host'],
    ['redis:///secret', 'no host'],
    ['redis://me:secret@h:70000', 'not an address'],
    ['redis://me:secret@h/one', 'not the number of a database'],
    ['redis://me:secret@h/1/2', 'not the number of a database'],
    ['redis://me:secret@h/-1', 'not the number of a database'],
    ['redis://me:secret@h/1234567', 'not the number of a database'],
    ['redis://me:secret@h?family=6', 'options behind'],
    ['redis://me:secret@h#secret', 'options behind'],
    ['redis://me:secret%@h', 'has a %'],
  ])('refuses %s', (text, why) => {
    const thrown = (() => {
      try {
        return parseQueueAddress(text);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toMatchObject({ code: 'BAD_ARGUMENT', path: '--queue', message: expect.stringContaining(why) });
    expect(String(thrown)).not.toContain('secret');
  });
});
