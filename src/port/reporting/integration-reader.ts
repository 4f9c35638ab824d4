import { z } from 'zod';
import type { JsonObject } from '../../core/model.ts';
import { type Clock, systemClock } from '../../net/clock.ts';
import type { PortApi } from '../api.ts';

/** Each part falls back on its own, so that one unexpected part does not make the others unusable. */
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
  config: z.record(z.string(), z.unknown()).nullish().catch(null),
});
const answer = z.looseObject({ integration });

export type ResyncState = z.infer<typeof resyncState>;

/** The parts of Port's integration object that the reporting needs. */
export interface IntegrationReader {
  /** The current state; undefined when the integration does not exist yet. */
  resyncState(signal: AbortSignal): Promise<ResyncState | undefined>;
  /** The URL for logs or metrics, cached for an hour; undefined when Port gives none, or the integration does not exist yet. */
  ingestUrl(what: 'logs' | 'metrics', signal: AbortSignal): Promise<string | undefined>;
}

interface Addresses {
  readonly logs: string | undefined;
  readonly metrics: string | undefined;
}

const CACHE_MS = 3_600_000;

/** Reads the integration object. Shared by all reporters, so that the URLs are read only once. */
export function createIntegrationReader(options: {
  readonly api: PortApi;
  readonly identifier: string;
  readonly clock?: Clock;
  /** Called with the mapping whenever the integration is read and has one. */
  readonly onConfig?: (config: JsonObject) => void;
}): IntegrationReader {
  const { api, identifier, clock = systemClock, onConfig } = options;
  const path = integrationPath(identifier);
  let cached: { readonly addresses: Addresses; readonly until: number } | undefined;

  async function read(signal: AbortSignal): Promise<z.infer<typeof integration> | undefined> {
    const found = (await api.find({ method: 'GET', path }, answer, signal))?.integration;
    if (!found) return undefined;
    const addresses = { logs: found.logAttributes?.ingestUrl, metrics: found.metricAttributes?.ingestUrl };
    cached = { addresses, until: clock.now() + CACHE_MS };
    if (found.config && Object.keys(found.config).length > 0) onConfig?.(found.config);
    return found;
  }

  return {
    async resyncState(signal) {
      const found = await read(signal);
      return found && (found.resyncState ?? {});
    },
    async ingestUrl(what, signal) {
      try {
        if (!cached || clock.now() >= cached.until) await read(signal);
      } catch (error) {
        // An old URL is better than none.
        if (!cached) throw error;
      }
      return cached?.addresses[what];
    },
  };
}

/** The API path of an integration. */
export function integrationPath(identifier: string): string {
  return `/integration/${encodeURIComponent(identifier)}`;
}
