import { withDeadline } from '../../core/deadline.ts';
import type { RunObserver } from '../../core/ports.ts';
import type { Problem } from '../../core/report.ts';
import type { KubernetesApi } from '../api.ts';
import { Collector } from './collect.ts';
import { Failures } from './failures.ts';
import { tellObject, type WriteBackMode } from './tell-object.ts';
import { isGood, verdictOf } from './verdict.ts';

/** How many objects are told at once. */
const AT_ONCE = 4;
/** What is not told within this time is left to the next run. */
const TIME_MS = 60_000;

/** The write-back of one run or live batch. */
export interface Telling {
  /** Watches the run. */
  readonly observer: RunObserver;
  /**
   * Tells the objects what became of them. Never throws, except on abort.
   * @param isWhole whether the run has looked at all that it read; otherwise only what is known for certain is told
   * @returns what could not be told, for the report
   */
  tell(isWhole: boolean, signal: AbortSignal): Promise<readonly Problem[]>;
}

/** Writes to the objects of getport.io in the cluster what became of them, where their authors look. */
export interface WriteBack {
  begin(): Telling;
}

export function createWriteBack({
  api,
  mode,
  now = () => new Date(),
}: {
  readonly api: Pick<KubernetesApi, 'send'>;
  readonly mode: WriteBackMode;
  readonly now?: () => Date;
}): WriteBack {
  return {
    begin() {
      const collector = new Collector();
      return {
        observer: collector.observer,
        async tell(isWhole, signal) {
          const failures = new Failures();
          const queue = collector.objects
            .map((told) => ({ told, verdict: verdictOf(told.done, told.problems) }))
            .filter(({ verdict }) => isWhole || verdict.reason !== 'NotMapped')
            .sort((a, b) => Number(isGood(a.verdict)) - Number(isGood(b.verdict)));
          let left = queue.length;
          await withDeadline(TIME_MS, signal, async (limited) => {
            const worker = async () => {
              for (let next = queue.shift(); next; next = queue.shift()) {
                await tellObject({ api, mode, now, failures }, next.told, next.verdict, limited);
                if (limited.aborted) return;
                left -= 1;
              }
            };
            await Promise.all(Array.from({ length: AT_ONCE }, worker));
          });
          signal.throwIfAborted();
          return [...failures.problems(), ...unfinished(left)];
        },
      };
    },
  };
}

function unfinished(count: number): readonly Problem[] {
  if (count === 0) return [];
  const message = `${count} objects of the cluster were not told what became of them within ${TIME_MS / 1000} s; the next run tells them`;
  return [{ code: 'write_back_failed', severity: 'warning', message, count, samples: [] }];
}
