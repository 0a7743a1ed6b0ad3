// The terminal's side of a command: progress bars, messages, Ctrl-C.
import process from 'node:process';
import { Presets, SingleBar } from 'cli-progress';
import type { OnProgress } from '../runtime/progress.js';
import { progressTail } from './progress-tail.js';

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
      if (quiet) return;
      stopProgress();
      process.stderr.write(`${text}\n`);
    },
    print(text) {
      process.stdout.write(`${text}\n`);
    },
    onProgress: quiet || !process.stderr.isTTY ? () => {} : drawBars(),
  };
}

/** The bar on the screen: it hides the cursor, so it must be ended whatever happens. */
let bar: SingleBar | undefined;

function drawBars(): OnProgress {
  let stage = '';
  return (event) => {
    if (!bar || event.stage !== stage) {
      stopProgress();
      stage = event.stage;
      const format = '{stage} {bar} {value}/{total}  {duration_formatted}{tail}';
      const looks = { format, clearOnComplete: false, hideCursor: true, gracefulExit: false };
      bar = new SingleBar(looks, Presets.shades_classic);
      bar.start(event.total ?? 0, 0, { stage: stage.padEnd(24), tail: '' });
    }
    bar.update(event.done, { tail: progressTail(event) });
    if (event.done === event.total) stopProgress();
  };
}

/** Leaves the bar as it is and gives the terminal back; nothing without a bar. */
export function stopProgress(): void {
  bar?.stop();
  bar = undefined;
}

/** Fires on the first Ctrl-C (or SIGTERM), so that a command can stop cleanly; the second one ends the process. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort(name);
      process.once(name, () => {
        stopProgress();
        process.exit(1);
      });
    });
  }
  return controller.signal;
}
