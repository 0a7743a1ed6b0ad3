// Looking for Vulkan by the files that its loader goes by.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vulkanLacks } from '../../src/runtime/vulkan.node.js';

describe.skipIf(process.platform !== 'linux')('vulkanLacks', () => {
  let folder: string;
  let manifest: string;
  let none: NodeJS.ProcessEnv;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'iad-tf-vulkan-'));
    manifest = join(folder, 'share/vulkan/icd.d/card.json');
    mkdirSync(join(folder, 'share/vulkan/icd.d'), { recursive: true });
    writeFileSync(manifest, '{}');
    mkdirSync(join(folder, 'lib'));
    writeFileSync(join(folder, 'lib/libvulkan.so.1'), '');
    // The loader is there, and every place for drivers but /etc is empty.
    none = {
      LD_LIBRARY_PATH: join(folder, 'lib'),
      HOME: folder,
      XDG_CONFIG_DIRS: join(folder, 'nowhere'),
      XDG_DATA_DIRS: join(folder, 'nowhere'),
    };
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is content with a loader and a driver, wherever that is announced', () => {
    expect(vulkanLacks({ ...none, XDG_DATA_DIRS: `/nowhere:${join(folder, 'share')}` })).toBeNull();
    expect(vulkanLacks({ ...none, XDG_CONFIG_HOME: join(folder, 'share') })).toBeNull();
    expect(vulkanLacks({ ...none, VK_DRIVER_FILES: manifest })).toBeNull();
    expect(vulkanLacks({ ...none, VK_ICD_FILENAMES: `/nowhere.json:${manifest}` })).toBeNull();
    expect(vulkanLacks({ ...none, VK_ADD_DRIVER_FILES: manifest })).toBeNull();
  });

  it('misses a driver that is named but not there, whatever else there is', () => {
    const env = { ...none, XDG_DATA_DIRS: join(folder, 'share'), VK_DRIVER_FILES: join(folder, 'gone.json') };
    expect(vulkanLacks(env)).toBe('there is no Vulkan driver');
  });
});
