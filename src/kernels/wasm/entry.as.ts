// The one AssemblyScript entry: re-exports every kernel's functions. No static data, no allocation (see scripts/build.mjs).
export function probe(address: usize): f32 {
  return load<f32>(address);
}
