// What some tests need of the machine beyond Node: a browser, a Vulkan driver, a Redis server. Where it is missing they are
// skipped with the reason printed, unless the environment variable IAD_TF_REQUIRE (`browser,webgpu,redis`) says that they must
// run.
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { vulkanLacks } from '../../src/runtime/vulkan.node.js';

export type Need = 'browser' | 'webgpu' | 'redis';

/** The software renderer that comes with Debian's chromium: WebGPU on any machine. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Chromium or Chrome on the PATH; null if there is none. */
export function chromium(): string | null {
  return onPath('chromium', 'chromium-browser', 'google-chrome');
}

/** The server's binary on the PATH; null if there is none. */
export function redisServer(): string | null {
  return onPath('redis-server');
}

function onPath(...names: readonly string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable) ?? null;
}

/** Points Vulkan to SwiftShader, unless a driver was named already. To be called before WebGPU is started. */
export function preferSwiftShader(): void {
  if (existsSync(SWIFTSHADER)) process.env.VK_DRIVER_FILES ??= SWIFTSHADER;
}

/**
 * Why the tests that need this cannot run here; null if they can. Prints the reason.
 * @throws Error with the reason if IAD_TF_REQUIRE names it
 */
export function missing(need: Need): string | null {
  const reason = lacks(need);
  if (reason === null) return null;
  if ((process.env.IAD_TF_REQUIRE ?? '').split(',').includes(need)) {
    throw new Error(`IAD_TF_REQUIRE asks for ${need}, but ${reason}`);
  }
  console.warn(`skipped: ${reason}`);
  return reason;
}

function lacks(need: Need): string | null {
  switch (need) {
    case 'browser':
      return chromium() === null ? 'there is no Chromium on the PATH' : null;
    case 'webgpu':
      preferSwiftShader();
      return vulkanLacks();
    case 'redis':
      return redisServer() === null ? 'there is no redis-server on the PATH' : null;
    default:
      return need satisfies never;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
