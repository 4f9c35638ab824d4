import { randomUUID } from 'node:crypto';
import type { JsonObject } from './model.ts';

/** An integration as the API stores it; keys without a meaning here are kept as they came. */
export interface Integration {
  readonly installationId: string;
  readonly installationAppType: string;
  readonly config: JsonObject | null;
  readonly resyncState: JsonObject;
  readonly updatedAt: string;
  readonly [key: string]: unknown;
}

interface IntegrationEntry {
  integration: Integration;
  /** When somebody last asked for a resync. */
  resyncRequestedAt: string | undefined;
  readonly examples: Map<string, readonly unknown[]>;
}

/** The integrations of the organization, each with its resync requests and raw examples. */
export class IntegrationBook {
  readonly #entries = new Map<string, IntegrationEntry>();

  list(): Integration[] {
    return Array.from(this.#entries.values(), ({ integration }) => integration);
  }

  get(id: string): Integration | undefined {
    return this.#entries.get(id)?.integration;
  }

  /** Adds an integration. `baseUrl` is where its logs and metrics are to be sent. */
  add(
    fields: JsonObject & { readonly installationId: string; readonly installationAppType: string },
    meta: { readonly baseUrl: string; readonly clientId: string },
  ): Integration {
    const id = fields.installationId;
    const at = new Date().toISOString();
    const ingest = (part: string): string => `${meta.baseUrl}/${part}/integration/${encodeURIComponent(id)}`;
    const integration: Integration = {
      title: null,
      version: null,
      changelogDestination: {},
      actionsProcessingEnabled: false,
      incrementalSyncEnabled: false,
      installationType: 'OnPrem',
      ...fields,
      config: isConfig(fields.config) ? fields.config : null,
      _id: `integration_${randomUUID()}`,
      _orgId: 'org_sandbox',
      identifier: id,
      integrationType: fields.installationAppType,
      resyncState: {},
      logAttributes: { ingestId: id, ingestUrl: ingest('logs') },
      metricAttributes: { ingestUrl: ingest('metrics') },
      ingestAttributes: { ingestUrl: ingest('ingest') },
      createdAt: at,
      createdBy: meta.clientId,
      updatedAt: at,
      updatedBy: meta.clientId,
    };
    this.#entries.set(id, { integration, resyncRequestedAt: undefined, examples: new Map() });
    return integration;
  }

  /** Sets fields of an integration that is there. */
  change(id: string, fields: JsonObject): Integration | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    entry.integration = { ...entry.integration, ...fields, installationId: id, updatedAt: new Date().toISOString() };
    return entry.integration;
  }

  remove(id: string): boolean {
    return this.#entries.delete(id);
  }

  /** Does what the Resync button of the UI does. */
  requestResync(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.resyncRequestedAt = new Date().toISOString();
  }

  resyncRequestedAt(id: string): string | undefined {
    return this.#entries.get(id)?.resyncRequestedAt;
  }

  addExamples(id: string, kind: string, examples: readonly unknown[]): void {
    this.#entries.get(id)?.examples.set(kind, examples);
  }

  /** Raw examples by kind. */
  examples(id: string): ReadonlyMap<string, readonly unknown[]> {
    return this.#entries.get(id)?.examples ?? new Map();
  }
}

function isConfig(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
