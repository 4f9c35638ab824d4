import { z } from 'zod';
import type { BlueprintShape, Entity } from '../core/model.ts';
import type { PortApi } from './api.ts';
import { COMPUTED_SECTIONS, computedIn, type PortBlueprint, portBlueprint, shapeOf } from './blueprint-documents.ts';
import { BlueprintSetup } from './blueprint-setup.ts';
import type { SetupWrites } from './setup-writes.ts';

const blueprintAnswer = z.looseObject({ blueprint: portBlueprint });

/** The blueprints in Port. Each is read once per run. */
export class Blueprints {
  readonly #api: PortApi;
  readonly #known = new Map<string, PortBlueprint>();
  readonly #created = new Set<string>();

  constructor(api: PortApi) {
    this.#api = api;
  }

  /** The blueprint's shape; undefined when Port does not have it. */
  async shape(identifier: string, signal: AbortSignal): Promise<BlueprintShape | undefined> {
    const document = this.#known.get(identifier) ?? (await this.#ask(identifier, signal));
    if (document) this.#known.set(identifier, document);
    return document && shapeOf(document);
  }

  /** Whether this run has created it, so that it had no entities then. */
  isNew(identifier: string): boolean {
    return this.#created.has(identifier);
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

  /** What creates and extends our blueprints. @param ours targets of relations first @param writes gives the writes of a step */
  setUp(ours: readonly PortBlueprint[], writes: () => SetupWrites, signal: AbortSignal): BlueprintSetup {
    return new BlueprintSetup({
      ours,
      known: this.#known,
      created: this.#created,
      ask: (identifier, limited) => this.#ask(identifier, limited),
      retrier: () => this.#api.retrier(signal),
      writes,
      signal,
    });
  }

  async #ask(identifier: string, signal: AbortSignal): Promise<PortBlueprint | undefined> {
    const path = `/blueprints/${encodeURIComponent(identifier)}`;
    const answer = await this.#api.find({ method: 'GET', path }, blueprintAnswer, signal);
    return answer?.blueprint;
  }
}
