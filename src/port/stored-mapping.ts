import { z } from 'zod';
import type { JsonObject } from '../core/model.ts';
import type { PortApi } from './api.ts';
import { integrationAnswer } from './integration.ts';

/** The mapping that Port holds for an integration; null: none yet, or an empty one. */
export async function readStoredMapping(
  api: PortApi,
  identifier: string,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const path = `/integration/${encodeURIComponent(identifier)}`;
  const found = await api.find({ method: 'GET', path }, integrationAnswer, signal);
  const config = found?.integration.config ?? null;
  return config === null || Object.keys(config).length === 0 ? null : config;
}

/** Writes a mapping to Port. Port then asks for a resync, as after a change in its data source page. */
export async function writeStoredMapping(
  api: PortApi,
  identifier: string,
  config: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const path = `/integration/${encodeURIComponent(identifier)}/config`;
  await api.call({ method: 'PATCH', path, body: { config } }, z.unknown(), signal);
}
