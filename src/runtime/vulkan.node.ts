// Whether Linux can bring up Vulkan at all. Dawn finds out too, but tells the terminal by itself, where nobody asked.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';

const LOADER = 'libvulkan.so.1';

/**
 * What Vulkan lacks on this machine, by the files that its loader goes by; null if nothing, or on another system. It starts
 * nothing, so a driver that is there but broken passes.
 * @param env looked at for the variables of the dynamic linker and of the Vulkan loader
 */
export function vulkanLacks(env: NodeJS.ProcessEnv = process.env): string | null {
  if (process.platform !== 'linux') return null;
  if (!hasLoader(env)) return `there is no Vulkan loader (${LOADER})`;
  return hasDriver(env) ? null : 'there is no Vulkan driver';
}

function hasLoader(env: NodeJS.ProcessEnv): boolean {
  const folders = ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/usr/local/lib', ...paths(env.LD_LIBRARY_PATH)];
  if (folders.some((folder) => existsSync(join(folder, LOADER)))) return true;
  try {
    // The linker's cache is binary, the names in it are plain.
    return readFileSync('/etc/ld.so.cache').includes(LOADER);
  } catch {
    return false;
  }
}

function hasDriver(env: NodeJS.ProcessEnv): boolean {
  // These two replace the search, the third adds to it.
  const only = paths(env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES);
  if (only.length > 0) return only.some((path) => existsSync(path));
  if (paths(env.VK_ADD_DRIVER_FILES).some((path) => existsSync(path))) return true;
  const home = env.HOME || homedir();
  const folders = [
    env.XDG_CONFIG_HOME || join(home, '.config'),
    ...paths(env.XDG_CONFIG_DIRS || '/etc/xdg'),
    '/etc',
    env.XDG_DATA_HOME || join(home, '.local/share'),
    ...paths(env.XDG_DATA_DIRS || '/usr/local/share:/usr/share'),
  ];
  return folders.some((folder) => {
    try {
      return readdirSync(join(folder, 'vulkan/icd.d')).some((name) => name.endsWith('.json'));
    } catch {
      return false;
    }
  });
}

function paths(list: string | undefined): string[] {
  return (list ?? '').split(delimiter).filter((path) => path !== '');
}
