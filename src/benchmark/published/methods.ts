// The names of methods as publications print them, by the ids that this library knows methods under.

/**
 * Variants that a publication studies by themselves, such as numbers of neighbours, are not here: their numbers are found under
 * the printed name alone.
 */
const IDS: Readonly<Record<string, string>> = {
  BGAD: 'bgad',
  CFA: 'cfa',
  'CFLOW-AD': 'cflow',
  'CFLOW-AD-WideResNet50': 'cflow',
  CFlow: 'cflow',
  CSFlow: 'csflow',
  CutPaste: 'cutpaste',
  DFR: 'dfr',
  DNE: 'dne',
  DRA: 'dra',
  DRAEM: 'draem',
  DSR: 'dsr',
  DevNet: 'devnet',
  DifferNet: 'differnet',
  EfficientAD: 'efficientad',
  FAVAE: 'favae',
  FCDD: 'fcdd',
  FastFlow: 'fastflow',
  'FastFlow-WideResNet50': 'fastflow',
  GANomaly: 'ganomaly',
  GCAD: 'gcad',
  IGD: 'igd',
  InTra: 'intra',
  MKD: 'mkd',
  NSA: 'nsa',
  PRN: 'prn',
  PaDiM: 'padim',
  'PaDiM-ResNet18': 'padim',
  'Patch-SVDD': 'patch-svdd',
  PatchCore: 'patchcore',
  'PatchCore-WideResNet50': 'patchcore',
  RD4AD: 'rd4ad',
  RIAD: 'riad',
  RegAD: 'regad',
  'S-T': 'uninformed-students',
  SPADE: 'spade',
  'SPADE-WideResNet50': 'spade',
  STPM: 'stpm',
  'Semi-orthogonal': 'semi-orthogonal',
  SemiREST: 'semirest',
  US: 'uninformed-students',
  'Uninformed Students': 'uninformed-students',
  'f-AnoGAN': 'f-anogan',
};

/** Null for a method or variant that this library has no id for. */
export function methodIdOf(printed: string): string | null {
  return Object.hasOwn(IDS, printed) ? IDS[printed]! : null;
}
