// The public face of iad-tf. Metrics, kernels, data, backbones and benchmark have entries of their own besides.
export { resolveWeights } from './backbones/index.js';
export type { BackboneChoice } from './backbones/types.js';
export { type EvaluateOptions, evaluate } from './benchmark/evaluate.js';
export type { Evaluation } from './benchmark/types.js';
export { Folder, loadImage, openDataset } from './data/index.js';
export type { Dataset, Image, ImageSource, Mask, Sample } from './data/types.js';
export { useBackend } from './kernels/backend.js';
export { CFlow, type CFlowConfig, type CFlowOptions } from './methods/cflow/index.js';
export { CsFlow, type CsFlowConfig, type CsFlowOptions } from './methods/csflow/index.js';
export { DifferNet, type DifferNetConfig, type DifferNetOptions } from './methods/differnet/index.js';
export { FastFlow, type FastFlowConfig, type FastFlowOptions } from './methods/fastflow/index.js';
export type { AnyMethodClass } from './methods/method-class.js';
export {
  defineMethod,
  type FitContext,
  type MethodDefinition,
  type OwnArrays,
  type OwnConfig,
  type OwnMethod,
  type OwnMethodClass,
  type OwnOptions,
  type OwnScore,
  type View,
} from './methods/own/index.js';
export { PaDiM, type PaDiMConfig, type PaDiMOptions } from './methods/padim/index.js';
export type { ModelContent } from './methods/parts/model-file.js';
export type { TrainedFitOptions, TrainingRecord } from './methods/parts/trained/index.js';
export type { TrainedFitResult } from './methods/parts/trained-method.js';
export { PatchCore, type PatchCoreConfig, type PatchCoreOptions } from './methods/patchcore/index.js';
export { createMethod, loadMethod, methodInfos, registerMethod } from './methods/registry.js';
export { SPADE, type SpadeConfig, type SpadeOptions } from './methods/spade/index.js';
export { STPM, type STPMConfig, type STPMOptions } from './methods/stpm/index.js';
export type {
  AnomalyMethod,
  AugmentedSample,
  CallOptions,
  FitOptions,
  FitResult,
  ImageInput,
  LearnedArray,
  LearningSetting,
  MethodInfo,
  Prediction,
  PredictOptions,
  Region,
} from './methods/types.js';
export { collectCases } from './report/collect-cases.js';
export { renderOverlay, selectCases, writeReport } from './report/index.js';
export type { BackendName, BackendOptions, BackendReport } from './runtime/backend.js';
export { IadError, type IadErrorCode } from './runtime/errors.js';
export type { OnProgress, ProgressEvent } from './runtime/progress.js';
export { VERSION } from './runtime/version.js';
