import { z } from 'zod';
import type { JsonObject, SetupDocument } from '../core/model.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { Retrier } from '../net/retrier.ts';
import { isUnclear } from '../net/retry.ts';
import type { PortApi } from './api.ts';
import type { PortBlueprint } from './blueprint-documents.ts';

/** The writes that prepare Port. A plan uses `SetupNotes` instead, and writes nothing. */
export interface SetupWrites {
  createIntegration(body: JsonObject, signal: AbortSignal): Promise<void>;
  /** @param current the integration as Port has it */
  patchIntegration(identifier: string, body: JsonObject, current: JsonObject, signal: AbortSignal): Promise<void>;
  /** @param current the mapping that Port holds */
  writeConfig(identifier: string, config: JsonObject, current: JsonObject, signal: AbortSignal): Promise<void>;
  createBlueprint(document: PortBlueprint, signal: AbortSignal): Promise<void>;
  /** @param current the blueprint as Port has it */
  extendBlueprint(patch: JsonObject, current: PortBlueprint, signal: AbortSignal): Promise<void>;
}

const anyAnswer = z.unknown();

/** How to create something in Port, and how to read it. */
interface Creation<T> {
  create(): Promise<void>;
  read(): Promise<T | undefined>;
}

/**
 * Creates something in Port. If it is unclear whether that succeeded, reads it before trying again. It may exist, because
 * live events, runs and other replicas prepare Port at the same time.
 * @returns undefined, or what exists already: made by another process, or by an attempt without an answer
 */
export async function createOrRead<T>({ create, read }: Creation<T>, retry: Retrier): Promise<T | undefined> {
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
      if (!mayBeThere || !(await retry({ problem, status, retryAfterMs: askedMs, repeatable: true }))) throw error;
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
    withUserAgent = false,
  ) => {
    await api.call(
      { method, path, body, withUserAgent: withUserAgent, repeatable: method === 'PATCH' },
      anyAnswer,
      signal,
    );
  };
  const integration = (identifier: string) => `/integration/${encodeURIComponent(identifier)}`;
  return {
    createIntegration: (body, signal) => send('POST', '/integration', body, signal),
    patchIntegration: (identifier, body, _current, signal) => send('PATCH', integration(identifier), body, signal),
    async writeConfig(identifier, config, _current, signal) {
      // Port would request a resync for a changed mapping. This run is one already.
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

/** What a plan would write, in the order of the steps, also where steps run side by side. */
export class SetupNotes {
  readonly #steps: RecordedWrites[] = [];

  /** The writes of one step, which come after those of the steps before. */
  step(): SetupWrites {
    const step = new RecordedWrites();
    this.#steps.push(step);
    return step;
  }

  /** Several writes to one object are one document. */
  get documents(): readonly SetupDocument[] {
    const noted = new Map<string, SetupDocument>();
    for (const { what, identifier, before, after, change } of this.#steps.flatMap(({ writes }) => writes)) {
      const key = `${what} ${identifier}`;
      const earlier = noted.get(key);
      // Port does not have what an earlier step would have written, so only the change of a later one counts.
      if (earlier) noted.set(key, { ...earlier, after: { ...asObject(earlier.after), ...asObject(change) } });
      else noted.set(key, { what, identifier, before, after });
    }
    return [...noted.values()];
  }
}

/** `change`: what of `after` this write names. */
type NotedWrite = SetupDocument & { readonly change: unknown };

/** Writes nothing and records what would be written. */
class RecordedWrites implements SetupWrites {
  readonly writes: NotedWrite[] = [];

  async createIntegration({ config, ...described }: JsonObject): Promise<void> {
    const identifier = String(described.installationId);
    this.#record('integration', identifier, undefined, described);
    this.#record('mapping', identifier, undefined, config);
  }

  async patchIntegration(identifier: string, body: JsonObject, current: JsonObject): Promise<void> {
    const now = Object.fromEntries(Object.entries(current).filter(([name]) => Object.hasOwn(body, name)));
    this.#record('integration', identifier, now, body);
  }

  async writeConfig(identifier: string, config: JsonObject, current: JsonObject): Promise<void> {
    this.#record('mapping', identifier, current, config);
  }

  async createBlueprint(document: PortBlueprint): Promise<void> {
    this.#record('blueprint', document.identifier, undefined, document);
  }

  async extendBlueprint(patch: JsonObject, current: PortBlueprint): Promise<void> {
    this.#record('blueprint', current.identifier, current, { ...current, ...patch }, patch);
  }

  #record(what: SetupDocument['what'], identifier: string, before: unknown, after: unknown, change = after): void {
    this.writes.push({ what, identifier, before, after, change });
  }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
