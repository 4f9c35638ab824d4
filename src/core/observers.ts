import type { RunObserver } from './ports.ts';

/** Combines observers into one. If one throws, the run and the others are not affected. */
export function combineObservers(
  observers: readonly RunObserver[],
  onError: (error: unknown) => void = () => undefined,
): RunObserver {
  const each = (tell: (observer: RunObserver) => void) => {
    for (const observer of observers) {
      try {
        tell(observer);
      } catch (error) {
        onError(error);
      }
    }
  };
  return {
    mappingRead: (mapping, from) => each((observer) => observer.mappingRead?.(mapping, from)),
    itemsRead: (kind, items) => each((observer) => observer.itemsRead?.(kind, items)),
    kindStarted: (kind) => each((observer) => observer.kindStarted?.(kind)),
    progress: (progress) => each((observer) => observer.progress?.(progress)),
    kindFinished: (progress) => each((observer) => observer.kindFinished?.(progress)),
    timed: (times) => each((observer) => observer.timed?.(times)),
    problem: (problem) => each((observer) => observer.problem?.(problem)),
    itemProblem: (problem) => each((observer) => observer.itemProblem?.(problem)),
    itemLeftOut: (left) => each((observer) => observer.itemLeftOut?.(left)),
    entityDone: (done) => each((observer) => observer.entityDone?.(done)),
    fieldsCounted: (fields) => each((observer) => observer.fieldsCounted?.(fields)),
    deletionsDecided: (blueprint, stale, decision, why) =>
      each((observer) => observer.deletionsDecided?.(blueprint, stale, decision, why)),
  };
}
