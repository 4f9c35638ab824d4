import type { RunReport } from '../core/report.ts';
import {
  type CatalogStatus,
  conditionIn,
  type StallAndActions,
  statusAfter,
  statusWhileStalled,
} from './catalog-status.ts';
import { type News, type NoticeContext, noticeOf } from './notice.ts';
import { Receiver, type ReceiverOptions } from './receiver.ts';

export interface NotifierOptions extends NoticeContext, Omit<ReceiverOptions, 'url'> {
  readonly urls: readonly string[];
  /**
   * Keeps what people are told, for all replicas in one step. @returns what was kept before; null: nothing
   * @throws when it cannot be reached
   */
  readonly exchange: (key: string) => Promise<string | null>;
  readonly freshness: () => Promise<StallAndActions>;
}

/** Tells people when the status changes: once, whichever replica notices it. Nothing here ever waits for a receiver. */
export interface Notifier {
  /** @param isWhole whether the run was about all kinds */
  runEnded(report: RunReport, isWhole: boolean): Promise<void>;
  /** Notices a catalog that is not brought up to date. To be called now and then, because no run may end any more. */
  judged(freshness: StallAndActions): Promise<void>;
  close(withinMs: number): Promise<void>;
}

export function createNotifier(options: NotifierOptions): Notifier {
  const receivers = options.urls.map((url) => new Receiver({ ...options, url }));
  /** What this process has told, for the time while the shared memory is away. */
  let own: string | null = null;

  async function tell({ condition, key }: CatalogStatus, about: Pick<News, 'report' | 'freshness'>): Promise<void> {
    const before = await options.exchange(key).catch(() => own);
    own = key;
    if (before === key) return;
    const previous = conditionIn(before) ?? null;
    // After a start nothing is known to have been wrong, so nothing has recovered.
    if (condition === 'ok' && previous === null) return;
    const notice = noticeOf({ condition, previous, at: new Date(), ...about }, options);
    for (const receiver of receivers) receiver.tell(key, notice);
  }

  async function tellIfStalled(freshness: StallAndActions, report?: RunReport): Promise<boolean> {
    const status = statusWhileStalled(freshness);
    if (status === undefined) return false;
    await tell(status, { freshness, ...(report ? { report } : {}) });
    return true;
  }

  return {
    async runEnded(report, isWhole) {
      const status = statusAfter(report, isWhole);
      if (status === undefined) return;
      // While the catalog stalls, how single runs end is no news until one of them ends well.
      const freshness = await options.freshness().catch(() => ({ stalled: null, actions: [] }));
      if (status.condition !== 'ok' && (await tellIfStalled(freshness, report))) return;
      await tell(status, { report });
    },
    async judged(freshness) {
      await tellIfStalled(freshness);
    },
    async close(withinMs) {
      await Promise.all(receivers.map((receiver) => receiver.close(withinMs)));
    },
  };
}
