import type { Settings } from '../config/settings.ts';
import { combineObservers } from '../core/observers.ts';
import type { RunObserver } from '../core/ports.ts';
import type { Problem, RunStatus } from '../core/report.ts';
import type { KubernetesSource } from '../kubernetes/source.ts';
import { createWriteBack } from '../kubernetes/write-back/write-back.ts';

/** A run or live batch: its problems, and, of a run, how it ended. */
interface Told {
  readonly problems: readonly Problem[];
  readonly status?: RunStatus;
}

/** Does work that an observer watches, then tells the objects of the cluster what became of them. */
type TellingAuthors = <T extends Told>(
  observer: RunObserver,
  signal: AbortSignal,
  work: (observer: RunObserver) => Promise<T>,
) => Promise<T>;

/** Tells nothing unless KUBERNETES_WRITE_BACK and a cluster are there. What cannot be told is added to the problems. */
export function createTellingAuthors(
  { kubernetesWriteBack: mode }: Pick<Settings, 'kubernetesWriteBack'>,
  cluster: Pick<KubernetesSource, 'api'> | undefined,
): TellingAuthors {
  if (mode === 'off' || cluster === undefined) return (observer, _signal, work) => work(observer);
  const writeBack = createWriteBack({ api: cluster.api, mode });
  return async (observer, signal, work) => {
    const telling = writeBack.begin();
    const done = await work(combineObservers([observer, telling.observer]));
    if (signal.aborted) return done;
    const isWhole = done.status !== 'failed' && done.status !== 'aborted';
    const untold = await telling.tell(isWhole, signal).catch(() => []);
    for (const problem of untold) observer.problem?.(problem);
    return { ...done, problems: [...done.problems, ...untold] };
  };
}
