import { z } from 'zod';
import type { BlueprintShape, Entity } from '../core/model.ts';
import type { Problem } from '../core/report.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PortApi } from './api.ts';
import { type BlueprintDocument, blueprintDocument, COMPUTED, computedIn, shapeOf } from './blueprint-documents.ts';
import { type Addable, driftOf, extend } from './blueprint-extension.ts';
import { type MissingComputed, missingComputed, nameOf } from './computed-needs.ts';
import { createOrRead, type SetupWrites } from './setup-writes.ts';

const blueprintAnswer = z.looseObject({ blueprint: blueprintDocument });

/** What Port answers when it does not like one of the things that a request adds. */
const REFUSED = [400, 404, 422];

/** The blueprints in Port, each read once per run. */
export class Blueprints {
  readonly #api: PortApi;
  readonly #known = new Map<string, BlueprintDocument>();

  constructor(api: PortApi) {
    this.#api = api;
  }

  /** The blueprint's shape, or undefined when Port has none of that name. */
  async shape(identifier: string, signal: AbortSignal): Promise<BlueprintShape | undefined> {
    const document = await this.#read(identifier, signal);
    return document && shapeOf(document);
  }

  /** Entities without what their blueprint computes itself: nobody can write that. */
  writable(blueprint: string, entities: readonly Entity[]): readonly Entity[] {
    const document = this.#known.get(blueprint);
    if (!document || COMPUTED.every((section) => Object.keys(document[section]).length === 0)) return entities;
    return entities.map((entity) => {
      const properties = Object.entries(entity.properties);
      const written = properties.filter(([id]) => computedIn(document, id) === undefined);
      return written.length === properties.length ? entity : { ...entity, properties: Object.fromEntries(written) };
    });
  }

  /**
   * Makes sure that our blueprints are there: creates what is missing, adds missing properties and relations, changes
   * nothing else. In stages, because Port takes only what builds on something that is there: first all blueprints with
   * relations to those that exist, then the other relations, at last what is computed along relations.
   * @param ours targets of relations first
   */
  async ensure(
    ours: readonly BlueprintDocument[],
    writes: SetupWrites,
    signal: AbortSignal,
  ): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    const stages = [
      (document: BlueprintDocument) => this.#ensureOne(document, writes, signal),
      (document: BlueprintDocument) => this.#addLateRelations(document, writes, signal),
      (document: BlueprintDocument) => this.#addComputed(document, writes, signal),
    ];
    for (const stage of stages)
      for (const document of ours) problems.push(...(await this.#attempt(document, () => stage(document))));
    return problems;
  }

  async #ensureOne(ours: BlueprintDocument, writes: SetupWrites, signal: AbortSignal): Promise<Problem[]> {
    const read = () => this.#read(ours.identifier, signal);
    const addable = await this.#relationsTo(ours, signal);
    let theirs = await read();
    if (!theirs) {
      const { result } = extend({ ...ours, ...BARE }, ours, addable);
      const create = () => writes.createBlueprint(result, signal);
      theirs = await createOrRead({ create, read }, this.#api.patience(signal));
      if (!theirs) {
        this.#known.set(ours.identifier, result);
        return [];
      }
    }
    await this.#add(theirs, ours, addable, writes, signal);
    return driftOf(theirs, ours).map((message) =>
      warning('blueprint_drift', `Blueprint ${ours.identifier} in Port: ${message}. Port's is kept`),
    );
  }

  async #addLateRelations(ours: BlueprintDocument, writes: SetupWrites, signal: AbortSignal): Promise<Problem[]> {
    const addable = await this.#relationsTo(ours, signal);
    const result = await this.#addToLatest(ours, addable, writes, signal);
    if (!result) return [];
    return Object.entries(ours.relations)
      .filter(([id]) => !Object.hasOwn(result.relations, id))
      .map(([id, { target }]) => lacking(ours, `relation ${id}`, `Port has no blueprint ${target}`));
  }

  async #addComputed(ours: BlueprintDocument, writes: SetupWrites, signal: AbortSignal): Promise<Problem[]> {
    const theirs = await this.#read(ours.identifier, signal);
    if (!theirs) return [];
    const missing = await missingComputed(theirs, ours, (identifier) => this.#read(identifier, signal));
    const ready = missing.filter(({ lacks }) => lacks === undefined);
    const problems = missing.flatMap((one) => (one.lacks ? [lacking(ours, nameOf(one), one.lacks)] : []));
    try {
      await this.#addToLatest(ours, only(ready), writes, signal);
      return problems;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    // One of them is refused: each goes alone, so that the others get in.
    for (const one of ready) {
      try {
        await this.#addToLatest(ours, only([one]), writes, signal);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const message = `Blueprint ${ours.identifier} gets no ${nameOf(one)}: ${error.message}`;
        problems.push(warning('blueprint_failed', message));
      }
    }
    return problems;
  }

  /** Adds to what Port has at this moment: others prepare it too. */
  async #addToLatest(
    ours: BlueprintDocument,
    addable: Addable,
    writes: SetupWrites,
    signal: AbortSignal,
  ): Promise<BlueprintDocument | undefined> {
    const known = await this.#read(ours.identifier, signal);
    if (!known || !extend(known, ours, addable).patch) return known;
    // A plan knows blueprints that Port does not have yet.
    const latest = (await this.#ask(ours.identifier, signal)) ?? known;
    return this.#add(latest, ours, addable, writes, signal);
  }

  async #add(
    theirs: BlueprintDocument,
    ours: BlueprintDocument,
    addable: Addable,
    writes: SetupWrites,
    signal: AbortSignal,
  ): Promise<BlueprintDocument> {
    const { patch, result } = extend(theirs, ours, addable);
    if (patch) await writes.extendBlueprint(patch, theirs, signal);
    this.#known.set(ours.identifier, result);
    return result;
  }

  /** The relations of a blueprint of which the target is there; nothing that is computed. */
  async #relationsTo(ours: BlueprintDocument, signal: AbortSignal): Promise<Addable> {
    const existing = new Set<string>();
    for (const { target } of Object.values(ours.relations)) {
      if (target === ours.identifier || (await this.#read(target, signal))) existing.add(target);
    }
    return { relation: ({ target }) => existing.has(target), computed: () => false };
  }

  /** A blueprint that Port refuses costs only itself. */
  async #attempt({ identifier }: BlueprintDocument, step: () => Promise<Problem[]>): Promise<Problem[]> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const message = `Blueprint ${identifier} could not be created or extended: ${error.message}`;
      return [{ code: 'blueprint_failed', severity: 'error', message, count: 1, samples: [] }];
    }
  }

  async #read(identifier: string, signal: AbortSignal): Promise<BlueprintDocument | undefined> {
    const known = this.#known.get(identifier) ?? (await this.#ask(identifier, signal));
    if (known) this.#known.set(identifier, known);
    return known;
  }

  async #ask(identifier: string, signal: AbortSignal): Promise<BlueprintDocument | undefined> {
    const path = `/blueprints/${encodeURIComponent(identifier)}`;
    const answer = await this.#api.find({ method: 'GET', path }, blueprintAnswer, signal);
    return answer?.blueprint;
  }
}

/** A blueprint before anything that builds on another one. */
const BARE = { relations: {}, calculationProperties: {}, mirrorProperties: {}, aggregationProperties: {} };

function only(ready: readonly MissingComputed[]): Addable {
  return {
    relation: () => false,
    computed: (section, id) => ready.some((one) => one.section === section && one.id === id),
  };
}

function isRefusal(error: unknown): error is HttpFailure {
  return error instanceof HttpFailure && error.status !== undefined && REFUSED.includes(error.status);
}

function lacking({ identifier }: BlueprintDocument, what: string, why: string): Problem {
  return warning('blueprint_missing', `Blueprint ${identifier} gets no ${what}: ${why}`);
}

function warning(code: Problem['code'], message: string): Problem {
  return { code, severity: 'warning', message, count: 1, samples: [] };
}
