import { z } from 'zod';
import type { BlueprintShape } from '../core/model.ts';
import type { Problem } from '../core/report.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PortApi } from './api.ts';
import { type BlueprintDocument, blueprintDocument, extend, shapeOf } from './blueprint-documents.ts';
import { createOrRead, type SetupWrites } from './setup-writes.ts';

const blueprintAnswer = z.looseObject({ blueprint: blueprintDocument });

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

  /**
   * Makes sure that our blueprints are there, relation targets first: creates what is missing, adds missing properties
   * and relations, changes nothing else.
   * @param ours in relation order
   */
  async ensure(
    ours: readonly BlueprintDocument[],
    writes: SetupWrites,
    signal: AbortSignal,
  ): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    for (const document of ours)
      problems.push(...(await this.#attempt(document, () => this.#ensureOne(document, writes, signal))));
    // A second round adds relations whose target has only just been created (blueprints that point at each other).
    for (const document of ours)
      problems.push(...(await this.#attempt(document, () => this.#addLateRelations(document, writes, signal))));
    return problems;
  }

  async #ensureOne(ours: BlueprintDocument, writes: SetupWrites, signal: AbortSignal): Promise<Problem[]> {
    const read = () => this.#read(ours.identifier, signal);
    const targets = await this.#existingTargets(ours, signal);
    let theirs = await read();
    if (!theirs) {
      const bare = { ...ours, relations: {} };
      const { result } = extend(bare, ours, (target) => targets.has(target));
      const create = () => writes.createBlueprint(result, signal);
      theirs = await createOrRead({ create, read }, this.#api.patience(signal));
      if (!theirs) {
        this.#known.set(ours.identifier, result);
        return [];
      }
    }
    const { patch, result, drift } = extend(theirs, ours, (target) => targets.has(target));
    if (patch) {
      await writes.extendBlueprint(patch, theirs, signal);
      this.#known.set(ours.identifier, result);
    }
    return drift.map((message) => ({
      code: 'blueprint_drift',
      severity: 'warning',
      message: `Blueprint ${ours.identifier} in Port: ${message}. Port's is kept`,
      count: 1,
      samples: [],
    }));
  }

  async #addLateRelations(ours: BlueprintDocument, writes: SetupWrites, signal: AbortSignal): Promise<Problem[]> {
    const theirs = await this.#read(ours.identifier, signal);
    if (!theirs) return [];
    const targets = await this.#existingTargets(ours, signal);
    const { patch, result } = extend(theirs, ours, (target) => targets.has(target));
    if (patch) {
      await writes.extendBlueprint(patch, theirs, signal);
      this.#known.set(ours.identifier, result);
    }
    return Object.entries(ours.relations).flatMap(([id, { target }]) =>
      Object.hasOwn(result.relations, id) ? [] : [lacksTarget(ours.identifier, id, target)],
    );
  }

  async #existingTargets(ours: BlueprintDocument, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const existing = new Set<string>();
    for (const { target } of Object.values(ours.relations)) {
      if (target === ours.identifier || (await this.#read(target, signal))) existing.add(target);
    }
    return existing;
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
    const known = this.#known.get(identifier);
    if (known) return known;
    const path = `/blueprints/${encodeURIComponent(identifier)}`;
    const answer = await this.#api.find({ method: 'GET', path }, blueprintAnswer, signal);
    if (answer) this.#known.set(identifier, answer.blueprint);
    return answer?.blueprint;
  }
}

function lacksTarget(blueprint: string, relation: string, target: string): Problem {
  return {
    code: 'blueprint_missing',
    severity: 'warning',
    message: `Blueprint ${blueprint} gets no relation ${relation}: Port has no blueprint ${target}`,
    count: 1,
    samples: [],
  };
}
