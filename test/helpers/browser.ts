// A page with a bundled script in headless Chromium, with WebGPU on its software renderer.
import { type Browser, chromium as driver, type Page } from 'playwright-core';
import type { Bundle } from './bundle.js';
import { chromium } from './needs.js';
import { serve } from './server.js';

const FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launch(): Promise<Browser> {
  return driver.launch({ executablePath: chromium() ?? '', args: FLAGS });
}

const PAGE = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/entry.js"></script>';

/** The files of a page whose script is a bundle. */
export function pageFiles({ files }: Bundle): Map<string, string | Uint8Array> {
  const made = new Map<string, string | Uint8Array>([['/', PAGE]]);
  for (const { path, contents } of files) made.set(path.slice(path.lastIndexOf('/')), contents);
  return made;
}

export interface OpenPage {
  readonly page: Page;
  /** Errors of the page and requests that failed, so far. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** @param ready a global that the page's script defines at its end */
export async function openPage(
  browser: Browser,
  files: ReadonlyMap<string, string | Uint8Array>,
  folders: ReadonlyMap<string, string>,
  options: { readonly isolated: boolean; readonly ready: string },
): Promise<OpenPage> {
  const server = await serve({ files, folders, isolated: options.isolated });
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('requestfailed', (request) => problems.push(request.url()));
  await page.goto(server.address);
  await page.waitForFunction(`'${options.ready}' in globalThis`);
  const isolated = await page.evaluate('globalThis.crossOriginIsolated');
  if (isolated !== options.isolated) throw new Error(`the page is ${isolated ? '' : 'not '}isolated`);
  const close = async () => {
    await page.close();
    await server.close();
  };
  return { page, problems, close };
}
