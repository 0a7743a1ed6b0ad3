// The fixture of test/reference/make_image_fixtures.py, and small image files made by hand.
import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

interface Fixture {
  files: { name: string; file: string; width: number; height: number; rgb: string; tolerance: number }[];
  oriented: { orientation: number; file: string; width: number; height: number; rgb: string }[];
  sources: Record<string, string>;
  resized: { source: string; width: number; height: number; sha256: string; rgb?: string }[];
  nearest: { width: number; height: number; mask: string; to: [number, number]; result: string }[];
  maps: { width: number; height: number; data: number[]; to: [number, number]; result: number[] }[];
  crops: {
    width: number;
    height: number;
    resize: number;
    crop: number;
    resized: [number, number];
    offset: [number, number];
  }[];
}

export const fixture: Fixture = JSON.parse(readFileSync(new URL('../fixtures/images.json', import.meta.url), 'utf8'));

export function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

/** Bits, most significant first, as 0 and 1. */
export function bitsOf(base64: string, count: number): Uint8Array {
  const packed = bytesOf(base64);
  return Uint8Array.from({ length: count }, (_, i) => (packed[i >> 3]! >> (7 - (i & 7))) & 1);
}

export function largestDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

/** An 8-bit grey PNG whose header and data need not agree. */
export function handmadePng(width: number, height: number, raw: Uint8Array, interlace = 0): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, interlace], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(raw)), chunk('IEND', new Uint8Array())];
  return new Uint8Array(Buffer.concat([signature, ...parts]));
}
