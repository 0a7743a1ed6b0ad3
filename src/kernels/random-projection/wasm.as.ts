// Random projections whose entries are made on the way, a block at a time. entries.ts says which entry comes from which word.

import { log4 } from '../wasm/elementary.inline.as';
import { fma } from '../wasm/fma.inline.as';
import {
  COLUMN_BLOCK, DEPTH_BLOCK, gemmPanels, packFour, packLeft, ROW_BLOCK, roundUp, TILE_COLUMNS, TILE_FLOATS, TILE_ROWS,
} from '../wasm/gemm.inline.as';

/** Distance of one state of mulberry32 to the next. */
const STEP: i32 = 1831565813;

/** The words of four states. */
@inline
function words(state: v128): v128 {
  let t = i32x4.mul(v128.xor(state, i32x4.shr_u(state, 15)), v128.or(state, i32x4.splat(1)));
  const more = i32x4.mul(v128.xor(t, i32x4.shr_u(t, 7)), v128.or(t, i32x4.splat(61)));
  t = v128.xor(t, i32x4.add(t, more));
  return v128.xor(t, i32x4.shr_u(t, 14));
}

/** The state of word `index`. */
@inline
function stateAt(seed: i32, index: i32): i32 {
  return seed + (index + 1) * STEP;
}

/** (word / 2^31 - 1) * scale, rounded once. */
@inline
function uniform4(word: v128, scale: v128): v128 {
  const signed = v128.xor(word, i32x4.splat(0x80000000));
  const low = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.convert_low_i32x4_s(signed), scale));
  const upper = v128.shuffle<f64>(signed, signed, 1, 1);
  const high = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.convert_low_i32x4_s(upper), scale));
  return v128.shuffle<f64>(low, high, 0, 2);
}

@inline
function horner(at: v128, sum: v128, coefficient: f32): v128 {
  return fma(sum, at, f32x4.splat(coefficient));
}

/** Standard normal numbers. */
@inline
function normal4(word: v128): v128 {
  const whole = f32x4.convert_i32x4_s(v128.and(word, i32x4.splat(0x7fffffff)));
  const p = f32x4.mul(f32x4.add(whole, f32x4.splat(0.5)), f32x4.splat(4.656612873077393e-10));
  const w = f32x4.neg(log4(f32x4.mul(p, f32x4.sub(f32x4.splat(2), p))));
  const isCentre = f32x4.lt(w, f32x4.splat(5));
  let at = f32x4.sub(w, f32x4.splat(2.5));
  let centre = f32x4.splat(4.03546545e-8);
  centre = horner(at, centre, 4.8610396e-7);
  centre = horner(at, centre, -4.99056544e-6);
  centre = horner(at, centre, -6.21799302e-6);
  centre = horner(at, centre, 3.09150204e-4);
  centre = horner(at, centre, -1.77301015e-3);
  centre = horner(at, centre, -5.90817097e-3);
  centre = horner(at, centre, 0.34880266);
  centre = horner(at, centre, 2.12331357);
  at = f32x4.sub(f32x4.sqrt(w), f32x4.splat(3));
  let tail = f32x4.splat(-2.39389775e-4);
  tail = horner(at, tail, 1.63665157e-3);
  tail = horner(at, tail, -4.74983698e-3);
  tail = horner(at, tail, 8.19587818e-3);
  tail = horner(at, tail, -1.0935094e-2);
  tail = horner(at, tail, 1.33382949e-2);
  tail = horner(at, tail, 1.41659504);
  tail = horner(at, tail, 4.00643486);
  const size = f32x4.mul(f32x4.sub(f32x4.splat(1), p), v128.bitselect(centre, tail, isCentre));
  return v128.xor(size, v128.and(word, i32x4.splat(0x80000000)));
}

/** Entries of inputs from..to-1 and 8 outputs from `output` on: [to - from][8]. */
@inline
function makePanel(
  isNormal: bool, seed: i32, inputs: i32, output: i32, from: i32, to: i32, scale: f64, panel: usize,
): void {
  const lanes = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(inputs * STEP));
  let low = i32x4.add(i32x4.splat(stateAt(seed, output * inputs + from)), lanes);
  let high = i32x4.add(low, i32x4.splat(4 * inputs * STEP));
  const step = i32x4.splat(STEP);
  const scale4 = f32x4.splat(<f32>scale);
  const scale2 = f64x2.splat(scale / 2147483648.0);
  for (let i = from; i < to; i++) {
    const first = words(low), second = words(high);
    v128.store(panel, isNormal ? f32x4.mul(normal4(first), scale4) : uniform4(first, scale2));
    v128.store(panel, isNormal ? f32x4.mul(normal4(second), scale4) : uniform4(second, scale2), 16);
    low = i32x4.add(low, step);
    high = i32x4.add(high, step);
    panel += 32;
  }
}

/** Floats of scratch that denseProjection needs. */
export function denseProjectionScratch(rows: i32, inputs: i32, outputs: i32): i32 {
  const right = min(roundUp(outputs, TILE_COLUMNS), COLUMN_BLOCK);
  return min(inputs, DEPTH_BLOCK) * (min(roundUp(rows, TILE_ROWS), ROW_BLOCK) + right) + TILE_FLOATS;
}

/** out [rows, outputs] = x [rows, inputs] times uniform or normal entries. */
export function denseProjection(
  x: usize, rows: i32, inputs: i32, outputs: i32, isNormal: bool, seed: i32, scale: f64, out: usize, scratch: usize,
): void {
  const rowBytes = <usize>inputs << 2;
  const stride = <usize>outputs << 2;
  const left = scratch + (TILE_FLOATS << 2);
  const right = left + (<usize>min(inputs, DEPTH_BLOCK) * min(roundUp(rows, TILE_ROWS), ROW_BLOCK) << 2);
  for (let o: i32 = 0; o < outputs; o += COLUMN_BLOCK) {
    const width = min(outputs - o, COLUMN_BLOCK);
    for (let d: i32 = 0; d < inputs; d += DEPTH_BLOCK) {
      const deep = min(inputs - d, DEPTH_BLOCK);
      let panel = right;
      for (let j: i32 = 0; j < width; j += TILE_COLUMNS) {
        makePanel(isNormal, seed, inputs, o + j, d, d + deep, scale, panel);
        panel += <usize>deep << 5;
      }
      for (let i: i32 = 0; i < rows; i += ROW_BLOCK) {
        const high = min(rows - i, ROW_BLOCK);
        packLeft(x + <usize>i * rowBytes + (<usize>d << 2), rowBytes, 4, high, deep, left);
        gemmPanels(left, right, high, width, deep, out + <usize>i * stride + (<usize>o << 2), stride, d > 0, scratch);
      }
    }
  }
}

/** Rows that are added up together. */
const GROUP: i32 = 16;

/** Bytes of one output's list: two counts, then places in the panel, negative ones from the front, positive ones from the back. */
@inline
function listBytes(inputs: i32): usize {
  return (<usize>inputs << 2) + 8;
}

function makeList(seed: i32, inputs: i32, output: i32, negative: u32, positive: u32, list: usize): void {
  let state = i32x4.add(i32x4.splat(stateAt(seed, output * inputs)), i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(STEP)));
  const step = i32x4.splat(4 * STEP);
  const limit = i32x4.splat(positive);
  const minusLimit = i32x4.splat(negative);
  let front = list + 8;
  const end = list + listBytes(inputs);
  let back = end;
  for (let i: i32 = 0; i < inputs; i += 4) {
    const word = words(state);
    state = i32x4.add(state, step);
    let found = i32x4.bitmask(i32x4.le_u(word, limit));
    if (inputs - i < 4) found &= (1 << (inputs - i)) - 1;
    if (found == 0) continue;
    const minus = i32x4.bitmask(i32x4.le_u(word, minusLimit));
    do {
      const lane = ctz(found);
      const place = (i + lane) * GROUP * 4;
      if ((minus >> lane) & 1) {
        store<i32>(front, place);
        front += 4;
      } else {
        back -= 4;
        store<i32>(back, place);
      }
      found &= found - 1;
    } while (found != 0);
  }
  store<i32>(list, <i32>(front - list - 8));
  store<i32>(list, <i32>(end - back), 4);
}

/**
 * out [rows, outputs] = x [rows, inputs] times entries of -scale, +scale and mostly 0, which are left out.
 * @param block outputs whose lists are made at a time
 * @param scratch 16 * inputs + block * (inputs + 2) + 16 floats: a panel of rows, the lists, a group's sums
 */
export function sparseProjection(
  x: usize, rows: i32, inputs: i32, outputs: i32, seed: i32, negative: u32, positive: u32, scale: f32, block: i32,
  out: usize, scratch: usize,
): void {
  const rowBytes = <usize>inputs << 2;
  const panel = scratch;
  const lists = scratch + <usize>inputs * (GROUP << 2);
  const sums = lists + <usize>block * listBytes(inputs);
  const scales = f32x4.splat(scale);
  for (let from: i32 = 0; from < outputs; from += block) {
    const to = min(outputs, from + block);
    for (let o = from; o < to; o++) makeList(seed, inputs, o, negative, positive, lists + <usize>(o - from) * listBytes(inputs));
    for (let i: i32 = 0; i < rows; i += GROUP) {
      const start = x + <usize>i * rowBytes;
      for (let j: i32 = 0; j < GROUP; j += 4) {
        packFour(start + <usize>j * rowBytes, rowBytes, 4, max(0, rows - i - j), inputs, panel + (j << 2), GROUP << 2);
      }
      let list = lists;
      for (let o = from; o < to; o++) {
        let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
        let at = list + 8;
        for (const end = at + load<i32>(list); at < end; at += 4) {
          const lane = panel + load<i32>(at);
          s0 = f32x4.sub(s0, v128.load(lane));
          s1 = f32x4.sub(s1, v128.load(lane, 16));
          s2 = f32x4.sub(s2, v128.load(lane, 32));
          s3 = f32x4.sub(s3, v128.load(lane, 48));
        }
        list += listBytes(inputs);
        for (at = list - load<i32>(list - listBytes(inputs), 4); at < list; at += 4) {
          const lane = panel + load<i32>(at);
          s0 = f32x4.add(s0, v128.load(lane));
          s1 = f32x4.add(s1, v128.load(lane, 16));
          s2 = f32x4.add(s2, v128.load(lane, 32));
          s3 = f32x4.add(s3, v128.load(lane, 48));
        }
        v128.store(sums, f32x4.mul(s0, scales));
        v128.store(sums, f32x4.mul(s1, scales), 16);
        v128.store(sums, f32x4.mul(s2, scales), 32);
        v128.store(sums, f32x4.mul(s3, scales), 48);
        const count = <usize>min(rows - i, GROUP) << 2;
        let place = out + (<usize>i * outputs + o << 2);
        for (let j: usize = 0; j < count; j += 4) {
          store<f32>(place, load<f32>(sums + j));
          place += <usize>outputs << 2;
        }
      }
    }
  }
}
