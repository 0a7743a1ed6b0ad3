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
  /** Milliseconds that are left at the pace so far; absent before the first unit is done and where the total is not known. */
  remainingMs?: number;
  /** What is being made small, as it is now; only from training. */
  loss?: number;
}

export type OnProgress = (event: ProgressEvent) => void;

/**
 * Returns a function that reports `done` of one stage; does nothing without a listener.
 * @param from units that were done before the stage began, by an earlier run
 */
export function stageProgress(
  onProgress: OnProgress | undefined,
  stage: string,
  total?: number,
  from = 0,
): (done: number, loss?: number) => void {
  if (!onProgress) return () => {};
  const start = performance.now();
  return (done, loss) => {
    const elapsedMs = performance.now() - start;
    onProgress({
      stage,
      done,
      total,
      elapsedMs,
      ...(total !== undefined && done > from && { remainingMs: (elapsedMs * (total - done)) / (done - from) }),
      ...(loss !== undefined && { loss }),
    });
  };
}
