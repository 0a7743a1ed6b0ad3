// The terminal's side of a command: progress bars, messages, Ctrl-C.
import process from 'node:process';
import { Presets, SingleBar } from 'cli-progress';
import type { OnProgress } from '../runtime/progress.js';

export interface Terminal {
  /** For people, on stderr; nothing with --quiet. */
  note(text: string): void;
  /** The command's result, on stdout. */
  print(text: string): void;
  readonly onProgress: OnProgress;
}

/** Bars are drawn on stderr, only where that is a terminal, and never with `quiet`. */
export function openTerminal({ quiet = false }: { quiet?: boolean }): Terminal {
  return {
    note(text) {
      if (!quiet) process.stderr.write(`${text}\n`);
    },
    print(text) {
      process.stdout.write(`${text}\n`);
    },
    onProgress: quiet || !process.stderr.isTTY ? () => {} : drawBars(),
  };
}

function drawBars(): OnProgress {
  let bar: SingleBar | undefined;
  let stage = '';
  return (event) => {
    if (event.stage !== stage) {
      bar?.stop();
      stage = event.stage;
      const format = '{stage} {bar} {value}/{total}  {duration_formatted}, left {eta_formatted}';
      bar = new SingleBar({ format, clearOnComplete: false, hideCursor: true, etaBuffer: 50 }, Presets.shades_classic);
      bar.start(event.total ?? 0, 0, { stage: stage.padEnd(24) });
    }
    bar?.update(event.done);
    if (event.done === event.total) {
      bar?.stop();
      bar = undefined;
      stage = '';
    }
  };
}

/** Fires on the first Ctrl-C (or SIGTERM), so that a command can stop cleanly; the second one ends the process. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort(name);
      process.once(name, () => process.exit(1));
    });
  }
  return controller.signal;
}
