// Methods that users define: from two functions to a method like any other.
import { checkInfo } from '../method-class.js';
import { readModel } from '../parts/learned-file.js';
import type { ModelContent } from '../parts/model-file.js';
import type { AnomalyMethod, LearningSetting, MethodInfo } from '../types.js';
import { checkOptions, resolveOwnConfig } from './config.js';
import type { MethodDefinition, OwnArrays, OwnConfig, OwnOptions } from './definition.js';
import { readOwn } from './file.js';
import { DefinedMethod } from './method.js';

export type { CommonConfig } from './config.js';
export type {
  FitContext,
  MethodDefinition,
  OwnArrays,
  OwnConfig,
  OwnOptions,
  OwnScore,
  View,
} from './definition.js';

/** The class that `defineMethod` makes: default export of a module, or for `registerMethod`. */
export interface OwnMethodClass<Options extends OwnOptions> {
  readonly info: MethodInfo;
  /** @throws IadError BAD_CONFIG naming the field at fault */
  new (options?: Partial<OwnConfig<Options>>): OwnMethod<Options>;
  /** @throws IadError MODEL_NOT_FOUND, MODEL_FORMAT, MODEL_CORRUPT, MODEL_VERSION */
  load(path: string): Promise<OwnMethod<Options>>;
  /** From a model file that was read already. */
  fromContent(content: ModelContent, path: string): Promise<OwnMethod<Options>>;
}

export interface OwnMethod<Options extends OwnOptions> extends AnomalyMethod {
  readonly config: OwnConfig<Options>;
  /** The model as the bytes of a .iad file. @throws IadError NOT_FITTED */
  toBytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Settings in which images come as good ones, once. */
const ONLY_GOOD = ['unsupervised', 'few-shot', 'noisy'] as const;

/**
 * A method from how it learns and how it scores. The rest is done here: decoding and geometry, held-out images, thresholds and p-values,
 * smoothed maps, verdicts and regions, progress, stopping, model files, the checks of options and of what the two functions give.
 * It runs on the calling thread (`workers` changes nothing); `--jobs` of the benchmark runs several jobs at once.
 * A fit warns of tensors that the functions leave behind.
 * @throws IadError BAD_ARGUMENT for an id or facts that no method can have, and for options whose names are taken
 */
export function defineMethod<Options extends OwnOptions = Record<never, never>, Arrays extends OwnArrays = OwnArrays>(
  definition: MethodDefinition<Options, Arrays>,
): OwnMethodClass<Options> {
  const { id, name = id, paper = '', year = 0, family = 'own' } = definition;
  const settings: LearningSetting[] = [...(definition.settings ?? ONLY_GOOD)];
  if (definition.update) settings.push('continual');
  const info: MethodInfo = { id, name, paper, year, family, settings };
  checkInfo(info, 'defineMethod');
  checkOptions(definition.options ?? {}, id);
  class Own extends DefinedMethod<Options, Arrays> {
    static readonly info = info;

    constructor(options: Partial<OwnConfig<Options>> = {}) {
      super(definition, info, resolveOwnConfig(definition, options));
    }

    static async load(path: string) {
      return Own.fromContent(await readModel(path), path);
    }

    static async fromContent(content: ModelContent, path: string) {
      const { config, learned } = readOwn(definition, content, path);
      const model = new Own(config);
      model.adopt(learned);
      return model;
    }
  }
  return Own;
}
