import { z } from 'zod';
import { type Clock, systemClock } from '../../net/clock.ts';
import type { PortApi } from '../api.ts';

/** One part that is not as expected must not cost the others. */
const address = z
  .looseObject({ ingestUrl: z.url().optional().catch(undefined) })
  .nullish()
  .catch(null);
const moment = z.string().nullish().catch(null);
const resyncState = z.looseObject({ status: moment, updatedAt: moment, lastResyncStart: moment });
const integration = z.looseObject({
  resyncState: resyncState.nullish().catch(null),
  logAttributes: address,
  metricAttributes: address,
});
const answer = z.looseObject({ integration });

export type ResyncState = z.infer<typeof resyncState>;

/** What Port keeps about this installation, as far as the reporting needs it. */
export interface IntegrationLook {
  /** As it stands now; undefined when there is no such integration yet. */
  resyncState(signal: AbortSignal): Promise<ResyncState | undefined>;
  /** Where to send logs or metrics, kept for an hour; undefined when Port names no address or has no such integration yet. */
  ingestUrl(what: 'logs' | 'metrics', signal: AbortSignal): Promise<string | undefined>;
}

interface Addresses {
  readonly logs: string | undefined;
  readonly metrics: string | undefined;
}

const KEEP_MS = 3_600_000;

/** Reads the integration object; shared by all that report, so that the addresses are asked for once. */
export function createIntegrationLook(options: {
  readonly api: PortApi;
  readonly identifier: string;
  readonly clock?: Clock;
}): IntegrationLook {
  const { api, identifier, clock = systemClock } = options;
  const path = integrationPath(identifier);
  let kept: { readonly addresses: Addresses; readonly until: number } | undefined;

  async function read(signal: AbortSignal): Promise<z.infer<typeof integration> | undefined> {
    const found = (await api.find({ method: 'GET', path }, answer, signal))?.integration;
    if (!found) return undefined;
    const addresses = { logs: found.logAttributes?.ingestUrl, metrics: found.metricAttributes?.ingestUrl };
    kept = { addresses, until: clock.now() + KEEP_MS };
    return found;
  }

  return {
    async resyncState(signal) {
      const found = await read(signal);
      return found && (found.resyncState ?? {});
    },
    async ingestUrl(what, signal) {
      try {
        if (!kept || clock.now() >= kept.until) await read(signal);
      } catch (error) {
        // An old address is better than none.
        if (!kept) throw error;
      }
      return kept?.addresses[what];
    },
  };
}

/** The API path of an integration. */
export function integrationPath(identifier: string): string {
  return `/integration/${encodeURIComponent(identifier)}`;
}
