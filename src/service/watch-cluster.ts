import type { Live } from '../compose.ts';
import type { RunQueue } from '../core/run-queue.ts';
import { watchResource } from '../kubernetes/watch.ts';
import { createChangeWorker } from './change-worker.ts';
import { ClusterWatch } from './cluster-watch.ts';
import type { ServiceComponents } from './components.ts';
import type { RunRecording } from './run-worker.ts';
import type { TimelineRecorder } from './timeline-recorder.ts';
import { WatchBook } from './watch-book.ts';

/** Watches the cluster of the settings; undefined: they name none. */
export function watchCluster(given: {
  readonly components: ServiceComponents;
  readonly live: Live;
  readonly queue: RunQueue;
  readonly record: RunRecording | undefined;
  readonly recorder: TimelineRecorder;
}): ClusterWatch | undefined {
  const { components, live, queue, record, recorder } = given;
  const { application, logger, metrics } = components;
  const { cluster } = application;
  if (cluster === undefined) return undefined;
  return new ClusterWatch({
    queue,
    kinds: () => live.watchedKinds(),
    watch: (kind, namespace, hooks, signal) =>
      watchResource(cluster, kind, hooks, signal, namespace === undefined ? {} : { namespace }),
    flush: createChangeWorker(live, logger, record, recorder),
    book: new WatchBook({ logger, note: recorder.note, onEvent: metrics.watchEvent }),
  });
}
