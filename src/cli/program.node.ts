// All commands in one place. Each lies in a file of its own and only parses, calls the library and prints.
import { Command } from 'commander';
import { VERSION } from '../runtime/version.js';
import { benchmarkCommand } from './commands/benchmark.node.js';
import { dataCommand } from './commands/data.node.js';
import { demoCommand } from './commands/demo.node.js';
import { evaluateCommand } from './commands/evaluate.node.js';
import { fitCommand } from './commands/fit.node.js';
import { predictCommand } from './commands/predict.node.js';
import { reportCommand } from './commands/report.node.js';
import { synthCommand } from './commands/synth.node.js';
import { weightsCommand } from './commands/weights.node.js';
import { workerCommand } from './commands/worker.node.js';
import type { Outcome } from './options.node.js';

export function buildProgram(signal: AbortSignal, outcome: Outcome): Command {
  const program = new Command('iad-tf')
    .description('Finds defects in images of industrial parts after seeing good parts only.')
    .version(VERSION)
    .showHelpAfterError('(see --help)');
  const commands = [
    synthCommand(signal),
    fitCommand(signal),
    predictCommand(signal, outcome),
    evaluateCommand(signal),
    benchmarkCommand(signal, outcome),
    workerCommand(signal),
    reportCommand(signal),
    dataCommand(signal, outcome),
    weightsCommand(signal),
    demoCommand(signal),
  ];
  for (const command of commands) {
    program.addCommand(command.copyInheritedSettings(program).exitOverride());
    for (const part of command.commands) part.copyInheritedSettings(program).exitOverride();
  }
  return program
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 bad usage, 3 an anomaly was found with predict --fail-on-anomaly.',
    );
}
