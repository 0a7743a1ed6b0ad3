// atan and tanh in WGSL, whose own may be off by 4,096 units in the last place and by 1e-5. wasm/elementary.inline.as.ts is their twin.
export const ELEMENTARY = `
  fn arcTangent(x: f32) -> f32 {
    let a = abs(x);
    let z = select(a, 1.0 / a, a > 1.0);
    let square = z * z;
    var p = -0.00250854361;
    p = p * square + 0.0139963374;
    p = p * square - 0.0366700146;
    p = p * square + 0.0631819352;
    p = p * square - 0.0868902951;
    p = p * square + 0.110420307;
    p = p * square - 0.142796154;
    p = p * square + 0.1999979;
    p = p * square - 0.333333321;
    let near = z * square * p + z;
    return select(1.0, -1.0, x < 0.0) * select(near, 1.57079637 - near, a > 1.0);
  }

  fn hyperbolicTangent(x: f32) -> f32 {
    let a = abs(x);
    let square = a * a;
    var p = -0.00609693414;
    p = p * square + 0.020997351;
    p = p * square - 0.0538509516;
    p = p * square + 0.133327701;
    p = p * square - 0.333333289;
    let e = exp(-2.0 * a);
    return select(1.0, -1.0, x < 0.0) * select((1.0 - e) / (1.0 + e), a * square * p + a, a < 0.625);
  }
`;
