import { metricOf, until } from '../service/caller.ts';
import type { Env, RunningService, Stage } from '../service/stage.ts';

/** A service that does nothing by itself after its first resync. */
export const QUIET: Env = { RESYNC_INTERVAL: 'off', EVENT_LISTENER_INTERVAL: '3600' };

export interface Settled {
  readonly stage: Stage;
  readonly service: RunningService;
}

/** A quiet service after its first resync. */
export async function settled(open: () => Promise<Stage>, env: Env = {}): Promise<Settled> {
  const stage = await open();
  const service = await stage.service({ ...QUIET, ...env });
  await service.settled();
  stage.expectTruth();
  return { stage, service };
}

/** How many live events wait or are being worked off. */
export async function liveEvents(service: RunningService): Promise<number | undefined> {
  return metricOf(await service.metrics(), 'komodor_port_queue_depth{queue="live_waiting"}');
}

/** Waits until every live event has been worked off or given up. */
export async function liveEventsDone(service: RunningService): Promise<void> {
  await until(async () => (await liveEvents(service)) === 0);
}
