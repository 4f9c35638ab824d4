import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { TimelineEntry, TimelinePage } from '../../api/documents.ts';
import { connection, onTimeline } from '../../api/events.ts';
import { ApiProblem } from '../../api/problem.ts';
import { useLoad } from '../../api/use-load.ts';
import { merged } from './days.ts';
import { type Filter, fits, queryOf } from './filter.ts';

interface Held {
  readonly key: string;
  readonly entries: readonly TimelineEntry[];
  /** The id of the newest entry when the page was opened. What is newer has come since. */
  readonly newest: string;
  /** What came while the person was reading further down. */
  readonly waiting: readonly TimelineEntry[];
  readonly before: string | null;
  readonly older: 'idle' | 'loading' | ApiProblem;
}

const NOTHING: Held = { key: '', entries: [], newest: '', waiting: [], before: null, older: 'idle' };

/**
 * The entries that fit the filter: a first page, older ones on demand, new ones as they come.
 * @param isReading whether a new entry would move what the person reads; then it waits
 */
export function useTimeline(filter: Filter, isReading: () => boolean) {
  const query = queryOf(filter);
  const key = JSON.stringify(query);
  const held = useSignal(NOTHING);
  const { value, problem, loading, reload } = useLoad(key, (signal) =>
    get<TimelinePage>('v1/timeline', { query: { ...query, limit: 50 }, signal }),
  );

  useEffect(() => {
    if (value === undefined) return;
    const known = held.peek();
    // After a lost connection the first page fills the gap; what was loaded before stays.
    held.value =
      known.key === key
        ? { ...known, entries: merged(known.entries, value.entries) }
        : { ...NOTHING, key, entries: value.entries, newest: value.entries[0]?.id ?? '', before: value.before };
  }, [value]);

  useEffect(
    () =>
      onTimeline((entry) => {
        const known = held.peek();
        if (known.key !== key || !fits(entry, filter)) return;
        const place = isReading() ? 'waiting' : 'entries';
        held.value = { ...known, [place]: merged([entry], known[place]) };
      }),
    [key],
  );
  useReconnected(reload);

  async function loadOlder(): Promise<void> {
    const { before } = held.peek();
    if (before === null || held.peek().older === 'loading') return;
    held.value = { ...held.peek(), older: 'loading' };
    try {
      const page = await get<TimelinePage>('v1/timeline', { query: { ...query, before, limit: 100 } });
      const known = held.peek();
      if (known.key !== key) return;
      held.value = { ...known, entries: merged(known.entries, page.entries), before: page.before, older: 'idle' };
    } catch (error) {
      if (error instanceof ApiProblem) held.value = { ...held.peek(), older: error };
    }
  }

  function showWaiting(): void {
    const known = held.peek();
    held.value = { ...known, entries: merged(known.waiting, known.entries), waiting: [] };
  }

  const isCurrent = held.value.key === key;
  return { held: isCurrent ? held.value : undefined, problem, loading, reload, loadOlder, showWaiting };
}

/** Calls when the events come again after they were lost or paused. */
export function useReconnected(act: () => void): void {
  const { state } = connection.value;
  const wasAway = useRef(false);
  useEffect(() => {
    if (state === 'live' && wasAway.current) act();
    if (state !== 'connecting') wasAway.current = state !== 'live';
  }, [state]);
}
