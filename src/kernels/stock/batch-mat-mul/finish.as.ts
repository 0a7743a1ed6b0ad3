// What follows a fused matrix product: bias and activation, in place.

import { exp64x2 } from '../../wasm/exp.inline.as';

// The numbers of wasm.ts.
const RELU: i32 = 1;
const RELU6: i32 = 2;
/** x times a slope where x is negative: prelu, leaky relu. */
const SLOPE: i32 = 3;
const ELU: i32 = 4;
const SIGMOID: i32 = 5;

/**
 * c[rows][columns] = activation(c + bias). Strides are in elements, 0 for a side along which there is one value.
 * @param bias 0 for none
 * @param slopes of negative values; 0 for none, then `slope` holds
 */
export function finishMatMul(
  c: usize, rows: i32, columns: i32, bias: usize, biasRow: i32, biasColumn: i32,
  activation: i32, slopes: usize, slopeRow: i32, slopeColumn: i32, slope: f32,
): void {
  const one = f32x4.splat(slope);
  for (let i: i32 = 0; i < rows; i++) {
    for (let j: i32 = 0; j < columns; j += 4) {
      const count = min(columns - j, 4);
      let x = loadSome(c, count);
      if (bias != 0) x = f32x4.add(x, operand(bias, biasColumn, j, count));
      if (activation == RELU) x = f32x4.max(x, f32x4.splat(0));
      else if (activation == RELU6) x = f32x4.min(f32x4.max(x, f32x4.splat(0)), f32x4.splat(6));
      else if (activation == SLOPE) {
        const by = slopes != 0 ? operand(slopes, slopeColumn, j, count) : one;
        x = v128.bitselect(f32x4.mul(x, by), x, f32x4.lt(x, f32x4.splat(0)));
      } else if (activation == ELU) x = elu(x);
      else if (activation == SIGMOID) x = sigmoid(x);
      storeSome(c, x, count);
      c += <usize>count << 2;
    }
    bias += <usize>biasRow << 2;
    slopes += <usize>slopeRow << 2;
  }
}

@inline
function operand(row: usize, stride: i32, j: i32, count: i32): v128 {
  return stride == 0 ? v128.load32_splat(row) : loadSome(row + (<usize>j << 2), count);
}

@inline
function loadSome(at: usize, count: i32): v128 {
  if (count == 4) return v128.load(at);
  let x = f32x4.splat(load<f32>(at));
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(at, 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(at, 8));
  return x;
}

@inline
function storeSome(at: usize, x: v128, count: i32): void {
  if (count == 4) v128.store(at, x);
  else {
    store<f32>(at, f32x4.extract_lane(x, 0));
    if (count > 1) store<f32>(at, f32x4.extract_lane(x, 1), 4);
    if (count > 2) store<f32>(at, f32x4.extract_lane(x, 2), 8);
  }
}

@inline
function high(x: v128): v128 {
  return v128.shuffle<f64>(x, x, 1, 1);
}

@inline
function joined(low: v128, top: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(top), 0, 2);
}

function elu(x: v128): v128 {
  const one = f64x2.splat(1);
  const low = f64x2.sub(exp64x2(f64x2.promote_low_f32x4(x)), one);
  const top = f64x2.sub(exp64x2(f64x2.promote_low_f32x4(high(x))), one);
  return v128.bitselect(x, joined(low, top), f32x4.ge(x, f32x4.splat(0)));
}

function sigmoid(x: v128): v128 {
  const one = f64x2.splat(1);
  const y = f32x4.neg(x);
  const low = f64x2.div(one, f64x2.add(one, exp64x2(f64x2.promote_low_f32x4(y))));
  const top = f64x2.div(one, f64x2.add(one, exp64x2(f64x2.promote_low_f32x4(high(y)))));
  return joined(low, top);
}
