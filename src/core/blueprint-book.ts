import { BlueprintState } from './blueprint-state.ts';
import { isAbort, messageOf } from './errors.ts';
import type { BlueprintShape } from './model.ts';
import type { Catalog, PropertyValues } from './ports.ts';
import type { ProblemBook } from './problem-book.ts';
import { type Extraction, extractionsWriting } from './run.ts';

/** The property values by which the needed entities are found; undefined: these are not known, so none is read. */
export type WhereOf = (blueprint: string) => PropertyValues | undefined;

/** Reads each blueprint, and our entities of it, once per run, when they are first needed. */
export class BlueprintBook {
  readonly #catalog: Catalog;
  readonly #extractions: readonly Extraction[];
  readonly #problems: ProblemBook;
  readonly #signal: AbortSignal;
  readonly #whereOf: WhereOf;
  readonly #onLoad: (state: BlueprintState) => void;
  readonly #shapes = new Map<string, Promise<BlueprintShape | undefined>>();
  readonly #loading = new Map<string, Promise<BlueprintState | undefined>>();
  /** In the order in which they were asked for, whichever comes first. */
  readonly #loaded = new Map<string, BlueprintState | undefined>();

  /**
   * @param onLoad gets each state before anybody else
   * @param whereOf which of our entities of a blueprint are needed; default: all
   */
  constructor(
    catalog: Catalog,
    extractions: readonly Extraction[],
    problems: ProblemBook,
    signal: AbortSignal,
    onLoad: (state: BlueprintState) => void,
    whereOf: WhereOf = () => ({}),
  ) {
    this.#onLoad = onLoad;
    this.#whereOf = whereOf;
    this.#catalog = catalog;
    this.#extractions = extractions;
    this.#problems = problems;
    this.#signal = signal;
  }

  get(blueprint: string): Promise<BlueprintState | undefined> {
    const known = this.#loading.get(blueprint);
    if (known) return known;
    this.#loaded.set(blueprint, undefined);
    const loading = this.#load(blueprint);
    this.#loading.set(blueprint, loading);
    return loading;
  }

  shape(blueprint: string): Promise<BlueprintShape | undefined> {
    const known = this.#shapes.get(blueprint) ?? this.#catalog.blueprint(blueprint, this.#signal);
    this.#shapes.set(blueprint, known);
    return known;
  }

  all(): readonly BlueprintState[] {
    return [...this.#loaded.values()].filter((state) => state !== undefined);
  }

  async #load(blueprint: string): Promise<BlueprintState | undefined> {
    const shape = await this.shape(blueprint);
    if (!shape) return undefined;
    const feeds = extractionsWriting(this.#extractions, blueprint);
    const locators = feeds.flatMap(({ locators }) => Object.values(locators.get(blueprint) ?? {}));
    const state = new BlueprintState(
      shape,
      feeds.map(({ program }) => program),
      [...new Set(locators)],
    );
    await this.#readOwned(state);
    this.#onLoad(state);
    this.#loaded.set(blueprint, state);
    return state;
  }

  /** If the list of our entities cannot be read, nothing is compared or deleted, but everything is still written. */
  async #readOwned(state: BlueprintState): Promise<void> {
    const where = this.#whereOf(state.shape.identifier);
    if (!where) return;
    try {
      for await (const page of this.#catalog.owned(state.shape, state.selection, this.#signal, where)) {
        for (const entity of page) state.addOwned(entity);
      }
    } catch (error) {
      if (isAbort(error, this.#signal)) throw error;
      const { identifier } = state.shape;
      state.taint({ reason: 'incomplete', detail: 'our entities in Port could not be listed' });
      this.#problems.add({
        code: 'port_failed',
        severity: 'error',
        group: identifier,
        message: `Our entities of blueprint ${identifier} could not be listed, so all of them are written and none deleted: ${messageOf(error)}`,
      });
    }
  }
}
