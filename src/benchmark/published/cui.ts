// The numbers printed by Cui et al.; parse.ts says how to read the lines, sources.ts what the publication is.
export const CUI = `
8 | ksdd | unsupervised:reported-elsewhere | auroc | mean | skipGAN 0.551 | Puzzle AE 0.554 | DifferNet 0.849 | InTra 0.701 | CutPaste 0.602 | DRAEM 0.859 | OCR-GAN 0.914 | Uninformed Students 0.896 | PaDiM 0.945 | Semi-orthogonal 0.96
`;
