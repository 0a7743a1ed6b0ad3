// iad-tf weights list | pull | verify | path.
import { Command } from 'commander';
import { listWeights, pullWeights, verifyWeights, weightsPath } from '#platform/backbones/store';
import { catalogueEntry } from '../../backbones/index.js';
import { openTerminal } from '../terminal.node.js';

interface Options {
  quiet?: boolean;
}

export function weightsCommand(signal: AbortSignal): Command {
  const command = new Command('weights').description('the weights of the backbones: what there is, and what is here');
  command
    .command('list')
    .description('all that are known, and whether they are here')
    .action(async () => {
      const terminal = openTerminal({});
      for (const { entry, state } of await listWeights()) {
        const alias = entry.alias === undefined ? '' : ` (${entry.alias})`;
        terminal.print(
          `${state.padEnd(10)} ${entry.id}${alias}  ${Math.round(entry.bytes / 1e6)} MB  ${entry.licence}`,
        );
      }
    });
  command
    .command('pull <id>')
    .description('fetch weights into the cache')
    .option('-q, --quiet', 'no progress')
    .action(async (id: string, options: Options) => {
      const terminal = openTerminal(options);
      terminal.print(await pullWeights(id, { onProgress: terminal.onProgress, signal }));
    });
  command
    .command('verify [id]')
    .description('check the hashes of one, or of all that are here')
    .action(async (id?: string) => {
      const terminal = openTerminal({});
      const here = (await listWeights()).filter(({ state }) => state !== 'missing').map(({ entry }) => entry.id);
      if (id === undefined && here.length === 0) terminal.note('There are no weights here yet.');
      for (const name of id === undefined ? here : [id]) {
        const { id: full, path, sha256 } = await verifyWeights(name);
        terminal.print(`ok ${full}  ${sha256}  ${path}`);
      }
    });
  command
    .command('path <id>')
    .description('where they lie, or would lie in the cache')
    .action(async (id: string) => {
      const wanted = catalogueEntry(id);
      const here = (await listWeights()).find(({ entry }) => entry.id === wanted.id);
      openTerminal({}).print(here?.path ?? weightsPath(id));
    });
  return command;
}
