// Progress events, the same for every long call.

export interface ProgressEvent {
  /** What is being done, a short noun phrase for people: 'features', 'coreset', 'predict', ... */
  stage: string;
  /** Units finished, 0..total. */
  done: number;
  /** Units in all; undefined when it is not known beforehand. */
  total: number | undefined;
  /** Milliseconds since the stage began. */
  elapsedMs: number;
}

export type OnProgress = (event: ProgressEvent) => void;

/** Returns a function that reports `done` of one stage; does nothing without a listener. */
export function stageProgress(
  onProgress: OnProgress | undefined,
  stage: string,
  total?: number,
): (done: number) => void {
  if (!onProgress) return () => {};
  const start = performance.now();
  return (done) => onProgress({ stage, done, total, elapsedMs: performance.now() - start });
}
