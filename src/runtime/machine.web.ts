// The same facts in a browser, as far as a page may know them.

export function cores(): number {
  return navigator.hardwareConcurrency;
}

export function peakMemory(): number | null {
  return null;
}

export async function importNative(_name: string): Promise<string | null> {
  return 'only in Node';
}

export async function provideWebGpu(_insist: boolean): Promise<string | null> {
  return navigator.gpu ? null : 'this browser has no WebGPU';
}
