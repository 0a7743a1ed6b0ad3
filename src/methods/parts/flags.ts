// The options of methods on the command line, as plain data: each method lists its own.

export interface MethodFlag {
  /** `--coreset-ratio <share>`: the field of the configuration, in kebab case. */
  readonly flag: string;
  readonly description: string;
  /** What its text is turned into, or the words to choose from. `bytes`: sizes such as 2GB. */
  readonly value: 'text' | 'texts' | 'number' | 'wholeNumber' | 'wholeNumberOrText' | 'bytes' | readonly string[];
}

/** Of all methods on frozen features. */
export const FROZEN_FLAGS: readonly MethodFlag[] = [
  { flag: '--backbone <id>', description: 'feature extractor, see `iad-tf weights list`', value: 'text' },
  { flag: '--layers <names>', description: 'stages, comma-separated', value: 'texts' },
  { flag: '--geometry <name>', description: 'how images become squares', value: ['crop', 'stretch', 'tile'] },
  { flag: '--resize <pixels>', description: 'short side before crop or tile', value: 'wholeNumber' },
  { flag: '--input-size <pixels>', description: 'side of the network input', value: 'wholeNumber' },
  {
    flag: '--calibration-share <share>',
    description: 'share of good images held out for the thresholds',
    value: 'number',
  },
  { flag: '--false-alarm-rate <rate>', description: 'wanted share of good images flagged', value: 'number' },
  { flag: '--memory-budget <size>', description: 'memory to work with while fitting, such as 2GB', value: 'bytes' },
];
