import { withDeadline } from '../../core/deadline.ts';
import { AppError, isAbort, messageOf } from '../../core/errors.ts';
import type { BlueprintShape } from '../../core/model.ts';
import { nearest } from '../../core/nearest.ts';
import type { Catalog } from '../../core/ports.ts';
import { type PreparedCatalog, prepareWhole } from '../../core/prepared-catalog.ts';
import { asPortFailure, blueprintNames, findEntity, isMissing, searchByName } from '../../port/lookup.ts';
import type { FoundEntity } from '../../port/search.ts';
import type { ExplainedRead, Resembling } from './document.ts';
import type { ExplainParts } from './parts.ts';
import { withoutPeriod } from './source-reads.ts';

/** When Port does not answer, not longer than this is waited for one thing. */
const MAX_MS = 20_000;
const MAX_RESEMBLING = 5;
/** Failures after which Port is not asked again. */
const PORT_FAILURES: readonly string[] = ['port_auth', 'port_unreachable', 'port_failed'];

/** Asks Port for one answer. After a failure it is not asked again, and the answer says what is not known. */
export class AskPort {
  readonly notes: ExplainedRead[] = [];
  /** Why Port cannot be asked; undefined: it can. */
  failure: string | undefined;
  readonly #parts: ExplainParts;
  readonly #catalog: Catalog;
  readonly #signal: AbortSignal;

  constructor(parts: ExplainParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#catalog = parts.catalog();
    this.#signal = signal;
  }

  /** The mapping that counts; that of the files when Port cannot be asked. */
  async prepare(): Promise<Pick<PreparedCatalog, 'mapping' | 'mappingOrigin'>> {
    const prepared = await this.ask('the mapping', prepareWhole);
    if (prepared) return prepared;
    const { fileMapping, fileOrigin } = this.#parts.files;
    this.#note(false, `Port could not be asked for its mapping, so that of ${fileOrigin} was used`);
    return { mapping: fileMapping.mapping, mappingOrigin: fileOrigin };
  }

  /** @returns undefined when Port could not be asked */
  async ask<T>(what: string, question: (catalog: Catalog, signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    if (this.failure !== undefined) return undefined;
    try {
      return await withDeadline(MAX_MS, this.#signal, (signal) => question(this.#catalog, signal));
    } catch (thrown) {
      if (this.#signal.aborted) throw thrown;
      const error = asPortFailure(thrown);
      const isLate = isAbort(error) || (error instanceof Error && error.name === 'TimeoutError');
      if (!isLate && !(error instanceof AppError && PORT_FAILURES.includes(error.code))) throw error;
      this.failure = withoutPeriod(messageOf(error));
      this.#note(false, `${what} could not be asked: ${this.failure}`);
      return undefined;
    }
  }

  /** The entity with all its fields, whoever wrote it. */
  async find(shape: BlueprintShape, identifiers: readonly string[]): Promise<FoundEntity | undefined> {
    const found = await this.ask('the entity', (_, signal) =>
      orNone(findEntity(this.#parts.portApi, shape, identifiers, signal)),
    );
    if (this.failure === undefined)
      this.#note(true, found ? `has ${found.identifier}` : `has no ${identifiers.join(' or ')}`);
    return found;
  }

  /** What resembles the name that was asked for: a title, a part of an identifier; a blueprint when there is none. */
  async resembling(blueprint: string, name: string, exists: boolean): Promise<readonly Resembling[]> {
    const { portApi } = this.#parts;
    if (!exists) {
      const known = await this.ask('the blueprints', (_, signal) => blueprintNames(portApi, signal));
      const meant = nearest(blueprint, known ?? []);
      return meant === undefined ? [] : [{ blueprint: meant, identifier: name, title: null }];
    }
    const found = await this.named(blueprint, name, MAX_RESEMBLING);
    return found.map(({ identifier, title }) => ({ blueprint, identifier, title: title ?? null }));
  }

  /** Entities with this in their identifier or title; none when the blueprint is not there yet, or when Port cannot be asked. */
  async named(blueprint: string, text: string, limit: number): Promise<readonly FoundEntity[]> {
    const found = await this.ask(`the entities of ${blueprint}`, (_, signal) =>
      orNone(searchByName(this.#parts.portApi, blueprint, text, limit, signal)),
    );
    return found ?? [];
  }

  /** Which of these identifiers Port has; undefined when it could not be asked. */
  existing(blueprint: string, identifiers: readonly string[], signal: AbortSignal) {
    return this.ask(`the entities of ${blueprint}`, (catalog) =>
      orNone(catalog.existing(blueprint, identifiers, signal)),
    );
  }

  #note(complete: boolean, detail: string): void {
    this.notes.push({ kind: 'port', complete, detail });
  }
}

/** A blueprint that a resync would create has no entities yet; Port answers 404. */
async function orNone<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
