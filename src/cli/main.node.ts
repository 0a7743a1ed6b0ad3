#!/usr/bin/env node
// The command line's entry: reads the arguments, runs a command, turns its end into an exit code.
import process from 'node:process';
import { CommanderError } from 'commander';
import { IadError } from '../runtime/errors.js';
import { writeError } from '../runtime/writing.node.js';
import { buildProgram } from './program.node.js';
import { interruptSignal, stopProgress } from './terminal.node.js';

/** 0 done, 1 failed, 2 bad usage, 3 an anomaly was found with --fail-on-anomaly. */
async function main(): Promise<number> {
  const outcome = { exitCode: 0 };
  try {
    await buildProgram(interruptSignal(), outcome).parseAsync(process.argv);
    return outcome.exitCode;
  } catch (error) {
    stopProgress();
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env.IAD_TF_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return error instanceof IadError && (error.code === 'BAD_ARGUMENT' || error.code === 'BAD_CONFIG') ? 2 : 1;
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as head, does not change what the command finds.
  if (error.code === 'EPIPE') return;
  process.stderr.write(`${writeError('stdout', error).message}\n`);
  process.exit(1);
});

process.exitCode = await main();
