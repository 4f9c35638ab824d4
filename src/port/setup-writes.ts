import { z } from 'zod';
import type { JsonObject } from '../core/model.ts';
import type { Problem } from '../core/report.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { Patience } from '../net/patience.ts';
import { isUnclear } from '../net/retry.ts';
import type { PortApi } from './api.ts';
import type { BlueprintDocument } from './blueprint-documents.ts';

/** What preparing Port may write. The plan has its own version, which only notes. */
export interface SetupWrites {
  createIntegration(body: JsonObject, signal: AbortSignal): Promise<void>;
  patchIntegration(identifier: string, body: JsonObject, signal: AbortSignal): Promise<void>;
  writeConfig(identifier: string, config: JsonObject, signal: AbortSignal): Promise<void>;
  createBlueprint(document: BlueprintDocument, signal: AbortSignal): Promise<void>;
  /** @param added what the patch adds, by name */
  extendBlueprint(identifier: string, patch: JsonObject, added: readonly string[], signal: AbortSignal): Promise<void>;
}

const anyAnswer = z.unknown();

/** How to create something in Port, and how to see whether it is there. */
interface Creation<T> {
  create(): Promise<void>;
  read(): Promise<T | undefined>;
}

/**
 * Creates something in Port. Where it is not known whether that was done, it is looked for before it is tried again;
 * and live events, runs and other replicas prepare Port side by side.
 * @returns undefined, or what is there of that name: made by somebody else, or by an attempt that got no answer
 */
export async function createOrRead<T>({ create, read }: Creation<T>, again: Patience): Promise<T | undefined> {
  for (;;) {
    try {
      await create();
      return undefined;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const mayBeThere = error.status === 409 || isUnclear(error);
      const theirs = mayBeThere ? await read() : undefined;
      if (theirs !== undefined) return theirs;
      const { problem, status, retryAfterMs: askedMs } = error;
      if (!mayBeThere || !(await again({ problem, status, askedMs, repeatable: true }))) throw error;
    }
  }
}

/** Writes to Port. */
export function portWrites(api: PortApi): SetupWrites {
  const send = async (
    method: 'POST' | 'PATCH',
    path: string,
    body: unknown,
    signal: AbortSignal,
    asExporter = false,
  ) => {
    await api.call({ method, path, body, asExporter, repeatable: method === 'PATCH' }, anyAnswer, signal);
  };
  const integration = (identifier: string) => `/integration/${encodeURIComponent(identifier)}`;
  return {
    createIntegration: (body, signal) => send('POST', '/integration', body, signal),
    patchIntegration: (identifier, body, signal) => send('PATCH', integration(identifier), body, signal),
    async writeConfig(identifier, config, signal) {
      // Port takes a changed mapping for a wish to resync; this one is being carried out already.
      const headers = { 'x-skip-resync': 'true' };
      await api.call(
        { method: 'PATCH', path: `${integration(identifier)}/config`, body: { config }, headers },
        anyAnswer,
        signal,
      );
    },
    createBlueprint: (document, signal) => send('POST', '/blueprints', document, signal, true),
    extendBlueprint: (identifier, patch, _added, signal) =>
      send('PATCH', `/blueprints/${encodeURIComponent(identifier)}`, patch, signal, true),
  };
}

/** Notes as a warning what would be written, and writes nothing. */
export function notedWrites(note: (problem: Problem) => void): SetupWrites {
  const noted = new Set<string>();
  const would = async (message: string) => {
    if (!noted.has(message)) note({ code: 'setup_pending', severity: 'warning', message, count: 1, samples: [] });
    noted.add(message);
  };
  const creation = (identifier: string) => `A resync would create the integration ${identifier} in Port`;
  return {
    createIntegration: (body) => would(creation(String(body.installationId))),
    async patchIntegration(identifier) {
      if (noted.has(creation(identifier))) return;
      await would(`A resync would update what Port keeps of the integration ${identifier} (version, processing mode)`);
    },
    writeConfig: (identifier) => would(`A resync would write the mapping to the integration ${identifier} in Port`),
    createBlueprint: ({ identifier }) => would(`A resync would create the blueprint ${identifier}`),
    extendBlueprint: (identifier, _patch, added) =>
      would(`A resync would extend the blueprint ${identifier}: ${added.join(', ')}`),
  };
}
