import { z } from 'zod';
import type { BlueprintShape, Entity } from '../core/model.ts';
import type { Problem } from '../core/report.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PortApi } from './api.ts';
import { COMPUTED_SECTIONS, computedIn, type PortBlueprint, portBlueprint, shapeOf } from './blueprint-documents.ts';
import { type CanAdd, driftOf, extend } from './blueprint-extension.ts';
import { type MissingComputed, missingComputed, nameOf } from './computed-needs.ts';
import { createOrRead, type SetupWrites } from './setup-writes.ts';

const blueprintAnswer = z.looseObject({ blueprint: portBlueprint });

/** Port's statuses when it refuses something that a request adds. */
const REFUSED = [400, 404, 422];

/** The blueprints in Port. Each is read once per run. */
export class Blueprints {
  readonly #api: PortApi;
  readonly #known = new Map<string, PortBlueprint>();

  constructor(api: PortApi) {
    this.#api = api;
  }

  /** The blueprint's shape; undefined when Port does not have it. */
  async shape(identifier: string, signal: AbortSignal): Promise<BlueprintShape | undefined> {
    const document = await this.#read(identifier, signal);
    return document && shapeOf(document);
  }

  /** Entities without the properties that Port computes, which cannot be written. */
  withoutComputed(blueprint: string, entities: readonly Entity[]): readonly Entity[] {
    const document = this.#known.get(blueprint);
    if (!document || COMPUTED_SECTIONS.every((section) => Object.keys(document[section]).length === 0)) return entities;
    return entities.map((entity) => {
      const properties = Object.entries(entity.properties);
      const written = properties.filter(([id]) => computedIn(document, id) === undefined);
      return written.length === properties.length ? entity : { ...entity, properties: Object.fromEntries(written) };
    });
  }

  /**
   * Creates our missing blueprints and adds missing properties and relations. Changes nothing else. It has three stages,
   * because Port refuses what refers to something missing: first all blueprints, with relations to existing ones; then the
   * other relations; then the properties that are computed along relations.
   * @param ours targets of relations first
   */
  async ensure(ours: readonly PortBlueprint[], writes: SetupWrites, signal: AbortSignal): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    const stages = [
      (document: PortBlueprint) => this.#ensureOne(document, writes, signal),
      (document: PortBlueprint) => this.#addLateRelations(document, writes, signal),
      (document: PortBlueprint) => this.#addComputed(document, writes, signal),
    ];
    for (const stage of stages)
      for (const document of ours) problems.push(...(await this.#attempt(document, () => stage(document))));
    return problems;
  }

  async #ensureOne(ours: PortBlueprint, writes: SetupWrites, signal: AbortSignal): Promise<Problem[]> {
    const read = () => this.#read(ours.identifier, signal);
    const addable = await this.#relationsTo(ours, signal);
    let theirs = await read();
    if (!theirs) {
      const { result } = extend({ ...ours, ...WITHOUT_DEPENDENT_PARTS }, ours, addable);
      const create = () => writes.createBlueprint(result, signal);
      theirs = await createOrRead({ create, read }, this.#api.retrier(signal));
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

  async #addLateRelations(ours: PortBlueprint, writes: SetupWrites, signal: AbortSignal): Promise<Problem[]> {
    const addable = await this.#relationsTo(ours, signal);
    const result = await this.#addToLatest(ours, addable, writes, signal);
    if (!result) return [];
    return Object.entries(ours.relations)
      .filter(([id]) => !Object.hasOwn(result.relations, id))
      .map(([id, { target }]) => cannotAdd(ours, `relation ${id}`, `Port has no blueprint ${target}`));
  }

  async #addComputed(ours: PortBlueprint, writes: SetupWrites, signal: AbortSignal): Promise<Problem[]> {
    const theirs = await this.#read(ours.identifier, signal);
    if (!theirs) return [];
    const missing = await missingComputed(theirs, ours, (identifier) => this.#read(identifier, signal));
    const ready = missing.filter(({ missingBasis }) => missingBasis === undefined);
    const problems = missing.flatMap((one) =>
      one.missingBasis ? [cannotAdd(ours, nameOf(one), one.missingBasis)] : [],
    );
    try {
      await this.#addToLatest(ours, onlyThese(ready), writes, signal);
      return problems;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    // Port refused one of them. They are added one by one, so that the others are accepted.
    for (const one of ready) {
      try {
        await this.#addToLatest(ours, onlyThese([one]), writes, signal);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const message = `Blueprint ${ours.identifier} gets no ${nameOf(one)}: ${error.message}`;
        problems.push(warning('blueprint_failed', message));
      }
    }
    return problems;
  }

  /** Adds to the current blueprint in Port, which other runs and replicas may have changed in the meantime. */
  async #addToLatest(
    ours: PortBlueprint,
    addable: CanAdd,
    writes: SetupWrites,
    signal: AbortSignal,
  ): Promise<PortBlueprint | undefined> {
    const known = await this.#read(ours.identifier, signal);
    if (!known || !extend(known, ours, addable).patch) return known;
    // In a plan the blueprint may not exist in Port yet.
    const latest = (await this.#ask(ours.identifier, signal)) ?? known;
    return this.#add(latest, ours, addable, writes, signal);
  }

  async #add(
    theirs: PortBlueprint,
    ours: PortBlueprint,
    addable: CanAdd,
    writes: SetupWrites,
    signal: AbortSignal,
  ): Promise<PortBlueprint> {
    const { patch, result } = extend(theirs, ours, addable);
    if (patch) await writes.extendBlueprint(patch, theirs, signal);
    this.#known.set(ours.identifier, result);
    return result;
  }

  /** Only relations whose target exists; no computed properties. */
  async #relationsTo(ours: PortBlueprint, signal: AbortSignal): Promise<CanAdd> {
    const existing = new Set<string>();
    for (const { target } of Object.values(ours.relations)) {
      if (target === ours.identifier || (await this.#read(target, signal))) existing.add(target);
    }
    return { relation: ({ target }) => existing.has(target), computed: () => false };
  }

  /** Turns a failure of one blueprint into a problem, so that the others are not affected. */
  async #attempt({ identifier }: PortBlueprint, step: () => Promise<Problem[]>): Promise<Problem[]> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const message = `Blueprint ${identifier} could not be created or extended: ${error.message}`;
      return [{ code: 'blueprint_failed', severity: 'error', message, count: 1, samples: [] }];
    }
  }

  async #read(identifier: string, signal: AbortSignal): Promise<PortBlueprint | undefined> {
    const known = this.#known.get(identifier) ?? (await this.#ask(identifier, signal));
    if (known) this.#known.set(identifier, known);
    return known;
  }

  async #ask(identifier: string, signal: AbortSignal): Promise<PortBlueprint | undefined> {
    const path = `/blueprints/${encodeURIComponent(identifier)}`;
    const answer = await this.#api.find({ method: 'GET', path }, blueprintAnswer, signal);
    return answer?.blueprint;
  }
}

/** A blueprint without everything that depends on another one. */
const WITHOUT_DEPENDENT_PARTS = {
  relations: {},
  calculationProperties: {},
  mirrorProperties: {},
  aggregationProperties: {},
};

function onlyThese(ready: readonly MissingComputed[]): CanAdd {
  return {
    relation: () => false,
    computed: (section, id) => ready.some((one) => one.section === section && one.id === id),
  };
}

function isRefusal(error: unknown): error is HttpFailure {
  return error instanceof HttpFailure && error.status !== undefined && REFUSED.includes(error.status);
}

function cannotAdd({ identifier }: PortBlueprint, what: string, why: string): Problem {
  return warning('blueprint_missing', `Blueprint ${identifier} gets no ${what}: ${why}`);
}

function warning(code: Problem['code'], message: string): Problem {
  return { code, severity: 'warning', message, count: 1, samples: [] };
}
