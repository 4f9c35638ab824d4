import { z } from 'zod';
import type { JsonObject, SetupDocument } from '../core/model.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { Retrier } from '../net/retrier.ts';
import { isUnclear } from '../net/retry.ts';
import type { PortApi } from './api.ts';
import type { BlueprintDocument } from './blueprint-documents.ts';

/** What preparing Port may write. The plan has its own version, which only notes. */
export interface SetupWrites {
  createIntegration(body: JsonObject, signal: AbortSignal): Promise<void>;
  /** @param current the integration as Port has it */
  patchIntegration(identifier: string, body: JsonObject, current: JsonObject, signal: AbortSignal): Promise<void>;
  /** @param current the mapping that Port holds */
  writeConfig(identifier: string, config: JsonObject, current: JsonObject, signal: AbortSignal): Promise<void>;
  createBlueprint(document: BlueprintDocument, signal: AbortSignal): Promise<void>;
  /** @param current the blueprint as Port has it */
  extendBlueprint(patch: JsonObject, current: BlueprintDocument, signal: AbortSignal): Promise<void>;
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
export async function createOrRead<T>({ create, read }: Creation<T>, again: Retrier): Promise<T | undefined> {
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
      if (!mayBeThere || !(await again({ problem, status, retryAfterMs: askedMs, repeatable: true }))) throw error;
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
    patchIntegration: (identifier, body, _current, signal) => send('PATCH', integration(identifier), body, signal),
    async writeConfig(identifier, config, _current, signal) {
      // Port takes a changed mapping for a wish to resync; this one is being carried out already.
      const headers = { 'x-skip-resync': 'true' };
      await api.call(
        { method: 'PATCH', path: `${integration(identifier)}/config`, body: { config }, headers },
        anyAnswer,
        signal,
      );
    },
    createBlueprint: (document, signal) => send('POST', '/blueprints', document, signal, true),
    extendBlueprint: (patch, { identifier }, signal) =>
      send('PATCH', `/blueprints/${encodeURIComponent(identifier)}`, patch, signal, true),
  };
}

/** Writes nothing, and notes what would be written; several writes to one thing make one note. */
export class NotedWrites implements SetupWrites {
  readonly #noted = new Map<string, SetupDocument>();

  /** What would be written, in order. */
  get documents(): readonly SetupDocument[] {
    return [...this.#noted.values()];
  }

  async createIntegration({ config, ...described }: JsonObject): Promise<void> {
    const identifier = String(described.installationId);
    this.#note('integration', identifier, undefined, described);
    this.#note('mapping', identifier, undefined, config);
  }

  async patchIntegration(identifier: string, body: JsonObject, current: JsonObject): Promise<void> {
    const now = Object.fromEntries(Object.entries(current).filter(([name]) => Object.hasOwn(body, name)));
    this.#note('integration', identifier, now, body);
  }

  async writeConfig(identifier: string, config: JsonObject, current: JsonObject): Promise<void> {
    this.#note('mapping', identifier, current, config);
  }

  async createBlueprint(document: BlueprintDocument): Promise<void> {
    this.#note('blueprint', document.identifier, undefined, document);
  }

  async extendBlueprint(patch: JsonObject, current: BlueprintDocument): Promise<void> {
    this.#note('blueprint', current.identifier, current, { ...current, ...patch });
  }

  #note(what: SetupDocument['what'], identifier: string, before: unknown, after: unknown): void {
    const key = `${what} ${identifier}`;
    const earlier = this.#noted.get(key);
    if (!earlier) this.#noted.set(key, { what, identifier, before, after });
    else this.#noted.set(key, { ...earlier, after: { ...asObject(earlier.after), ...asObject(after) } });
  }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
