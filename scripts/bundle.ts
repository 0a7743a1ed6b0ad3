// Makes one folder, and a .tar.xz of it, that runs on a bare Linux machine without a network: Node's own binary, the build with
// of its dependencies what is imported, Dawn for this platform, the benchmark, and ResNet-50's weights up to layer3 in float16.
//
//   npm run bundle            -> bundle/iad-tf-<version>-linux-x64[.tar.xz]
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build, transformSync } from 'esbuild';
import { globSync } from 'tinyglobby';
import { cutWeights } from './bundle-weights.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const { version }: { version: string } = require('../package.json');
const platform = `${process.platform}-${process.arch}`;
const name = `iad-tf-${version}-${platform}`;
const folder = join(root, 'bundle', name);
const app = join(folder, 'app');

const WEIGHTS = 'weights/resnet50-layer3-float16.safetensors';

/** Files that are read at run time, which no import names. */
const ASSETS = [
  '@tensorflow/tfjs-backend-wasm/dist/*.wasm',
  '@tensorflow/tfjs-backend-wasm/wasm-out/*.wasm',
  '@resvg/resvg-wasm/*.wasm',
  '@fontsource/inter/files/inter-latin-{400,600,700}-normal.woff*',
  `webgpu/dist/${platform}/*`,
  'webgpu/{index.js,LICENSE.md}',
  // benchmark.js asks for these by a require that bundlers cannot see.
  'lodash/{lodash.js,package.json}',
  'platform/{platform.js,package.json}',
];

rmSync(join(root, 'bundle'), { recursive: true, force: true });
mkdirSync(app, { recursive: true });
copyFileSync(process.execPath, join(folder, 'node'));
for (const part of ['dist', 'schemas', 'LICENSE']) cpSync(join(root, part), join(app, part), { recursive: true });
for (const file of globSync('dist/**/*.{map,d.ts}', { cwd: app })) rmSync(join(app, file));
copyFileSync(join(root, 'package.json'), join(app, 'package.json'));
for (const file of await importedFiles()) copy(file);
for (const pattern of ASSETS) {
  for (const file of globSync(`node_modules/${pattern}`, { cwd: root, ignore: [] })) copy(file);
}
for (const file of globSync('bench/**/*.ts', { cwd: root })) copyBench(file);
await cutWeights(join(folder, WEIGHTS));
const backbone = { architecture: 'resnet50_keras', weights: WEIGHTS };
writeFileSync(join(folder, 'resnet50.json'), `${JSON.stringify({ backbone }, null, 2)}\n`);
script('iad-tf', 'app/dist/cli/main.node.js');
script('bench', 'app/bench/kernels.bench.js');
writeFileSync(join(folder, 'README.txt'), readme());

const archive = `${folder}.tar.xz`;
execFileSync('tar', ['-C', dirname(folder), '-cJf', archive, name], { env: { ...process.env, XZ_OPT: '-3 -T0' } });
console.log(`${relative(root, archive)}: ${(statSync(archive).size / 2 ** 20).toFixed(1)} MiB`);

/** The dependencies' files that the build imports, and each package's manifest. */
async function importedFiles(): Promise<Set<string>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: globSync(['dist/**/*.js', '!**/*.web.js', 'bench/kernels.bench.ts', 'bench/compare.ts'], {
      cwd: root,
    }),
    bundle: true,
    platform: 'node',
    format: 'esm',
    outdir: 'out',
    write: false,
    metafile: true,
    logLevel: 'error',
    preserveSymlinks: true,
    external: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu', 'webgpu'],
    loader: { '.node': 'empty', '.wasm': 'empty' },
  });
  const files = new Set<string>();
  for (const path of Object.keys(metafile.inputs)) {
    const inPackage = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (!inPackage?.[1]) continue;
    files.add(path);
    // Nested ones too: they say whether their files are modules.
    for (let at = dirname(path); at.length >= inPackage[1].length; at = dirname(at)) {
      const manifest = join(at, 'package.json');
      if (existsSync(join(root, manifest))) files.add(manifest);
    }
  }
  files.add('node_modules/webgpu/package.json');
  return files;
}

function copy(file: string): void {
  const to = join(app, file);
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(join(root, file), to);
}

/** The benchmark as JavaScript, on the build instead of the sources. */
function copyBench(file: string): void {
  const { code } = transformSync(readFileSync(join(root, file), 'utf8'), { loader: 'ts', format: 'esm' });
  const to = join(app, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, code.replaceAll(/(from\s+["'](?:\.\.\/)+)src\//g, '$1dist/'));
}

function script(command: string, entry: string): void {
  const path = join(folder, command);
  writeFileSync(path, `#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/node" "$here/${entry}" "$@"\n`);
  chmodSync(path, 0o755);
}

function readme(): string {
  return `iad-tf ${version} for ${platform}, with nothing to install.

  ./bench --backend wasm,webgpu --sizes real --json result.json    the kernel benchmark
  ./iad-tf --help                                                  the command line

${WEIGHTS} is Keras ResNet-50 up to layer3; from this folder:
  ./iad-tf fit --data parts/ --config resnet50.json --out parts.iad

A GPU is used through Vulkan. Where there is a driver but no loader, put libvulkan.so.1 (Debian package libvulkan1)
beside this file and set
  LD_LIBRARY_PATH=<folder of libvulkan.so.1>  VK_DRIVER_FILES=<path of the driver's .json, such as nvidia_icd.json>
`;
}
