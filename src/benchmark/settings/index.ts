// The learning settings of the benchmark: which images a method is trained on and tested with.
export { AUTOVI_WINDOWS } from './autovi.js';
export {
  AUTOVI_TRAINING_SIZES,
  claimOf,
  FEW_SHOT_AUGMENTATIONS,
  parseSetting,
  repeatsOf,
  SETTING_KINDS,
  type Setting,
  type SettingOptions,
  settingSchema,
} from './config.js';
export { publishedOrder } from './continual.js';
export { type TaskManifest, taskManifest, taskManifestSchema } from './manifest.js';
export { planSetting } from './plan.js';
export { datasetId, datasetIndex, isOnlyNamedSo } from './population.js';
export type { Draw, Purpose } from './sampling.js';
export { checkServes, serves } from './serves.js';
export { readSetting, settingId } from './setting-id.js';
export { settingFields, standing, trainingInputs } from './training-inputs.js';
export type * from './types.js';
