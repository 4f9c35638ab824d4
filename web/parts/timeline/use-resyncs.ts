import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { TimelineEntry, TimelinePage } from '../../api/documents.ts';
import { onTimeline } from '../../api/events.ts';
import { useLoad } from '../../api/use-load.ts';
import { merged } from './days.ts';
import type { RunEntry } from './filter.ts';
import { resyncsOf } from './series.ts';
import { useReconnected } from './use-timeline.ts';

/** All resyncs that are known, the oldest first, whatever the list is filtered by. */
export function useResyncs(): { readonly runs: readonly RunEntry[]; readonly loading: boolean } {
  const { value, loading, reload } = useLoad('resyncs', (signal) =>
    get<TimelinePage>('v1/timeline', { query: { type: 'run', limit: 200 }, signal }),
  );
  const newer = useSignal<readonly TimelineEntry[]>([]);
  useEffect(() => onTimeline((entry) => (newer.value = merged([entry], newer.peek()))), []);
  useReconnected(reload);
  return { runs: resyncsOf(merged(newer.value, value?.entries ?? [])), loading };
}
