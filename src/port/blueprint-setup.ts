import type { Problem } from '../core/report.ts';
import { allInOrder, underWay } from '../core/under-way.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { Retrier } from '../net/retrier.ts';
import { type Bases, computedBases, relationBases } from './blueprint-bases.ts';
import type { PortBlueprint } from './blueprint-documents.ts';
import { type CanAdd, driftOf, extend } from './blueprint-extension.ts';
import { type MissingComputed, missingComputed, nameOf } from './computed-needs.ts';
import { createOrRead, type SetupWrites } from './setup-writes.ts';

/** Port's statuses when it refuses something that a request adds. */
const REFUSED = [400, 404, 422];

interface Inputs {
  /** Targets of relations first. */
  readonly ours: readonly PortBlueprint[];
  /** The blueprints in Port, as far as they are known. The set-up adds what it reads and writes. */
  readonly known: Map<string, PortBlueprint>;
  /** Those that it creates. */
  readonly created: Set<string>;
  /** Asks Port for a blueprint. */
  ask(identifier: string, signal: AbortSignal): Promise<PortBlueprint | undefined>;
  retrier(): Retrier;
  /** The writes of one step. Those of steps that ran side by side are told in the order in which this was called. */
  writes(): SetupWrites;
  readonly signal: AbortSignal;
}

/** One step for one of our blueprints. */
type Step = (ours: PortBlueprint, writes: SetupWrites) => Promise<Problem[]>;

/**
 * Creates our missing blueprints and adds missing properties and relations. Changes nothing else. It has three stages,
 * because Port refuses what refers to something missing: first all blueprints, with relations to existing ones; then the
 * other relations; then the properties that are computed along relations. In a stage, blueprints that do not need each
 * other are worked on side by side.
 */
export class BlueprintSetup {
  readonly #in: Inputs;
  /** What was asked in this set-up, so that nothing is asked twice. */
  readonly #asked = new Map<string, Promise<PortBlueprint | undefined>>();
  readonly #failed = new Set<string>();

  constructor(inputs: Inputs) {
    this.#in = inputs;
  }

  /** Asks for our blueprints and the targets of their relations, all at once. `ensure` uses the answers. */
  async lookAhead(signal: AbortSignal): Promise<void> {
    const names = this.#in.ours.flatMap(({ identifier, relations }) => [
      identifier,
      ...Object.values(relations).map(({ target }) => target),
    ]);
    await Promise.allSettled([...new Set(names)].map((name) => this.#read(name, signal)));
  }

  /** @returns the problems, in the order of the stages and of our blueprints, whatever was done first */
  async ensure(): Promise<readonly Problem[]> {
    const { ours } = this.#in;
    return [
      ...(await this.#stage((one, writes) => this.#ensureOne(one, writes), relationBases(ours))),
      ...(await this.#stage((one, writes) => this.#addLateRelations(one, writes))),
      ...(await this.#stage((one, writes) => this.#addComputed(one, writes), computedBases(ours))),
    ];
  }

  /** @param bases which blueprints have to be done before each */
  async #stage(step: Step, bases?: Bases): Promise<readonly Problem[]> {
    // A failure concerns one stage: the next one asks again.
    for (const identifier of this.#failed) this.#asked.delete(identifier);
    this.#failed.clear();
    const steps = new Map<string, Promise<Problem[]>>();
    for (const ours of this.#in.ours) {
      const needed = (bases?.get(ours.identifier) ?? []).map((base) => steps.get(base));
      const writes = this.#in.writes();
      const attempt = async () => {
        await Promise.all(needed);
        return this.#attempt(ours, () => step(ours, writes));
      };
      steps.set(ours.identifier, underWay(attempt()));
    }
    return (await allInOrder([...steps.values()])).flat();
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

  async #ensureOne(ours: PortBlueprint, writes: SetupWrites): Promise<Problem[]> {
    const { identifier } = ours;
    const { signal, known } = this.#in;
    const addable = await this.#relationsTo(ours);
    let theirs = await this.#read(identifier);
    if (!theirs) {
      const { result } = extend({ ...ours, ...WITHOUT_DEPENDENT_PARTS }, ours, addable);
      this.#asked.delete(identifier);
      const create = () => writes.createBlueprint(result, signal);
      const read = () => this.#in.ask(identifier, signal);
      theirs = await createOrRead({ create, read }, this.#in.retrier());
      if (!theirs) {
        known.set(identifier, result);
        this.#in.created.add(identifier);
        return [];
      }
    }
    await this.#add(theirs, ours, addable, writes);
    return driftOf(theirs, ours).map((message) =>
      warning('blueprint_drift', `Blueprint ${identifier} in Port: ${message}. Port's is kept`),
    );
  }

  async #addLateRelations(ours: PortBlueprint, writes: SetupWrites): Promise<Problem[]> {
    const addable = await this.#relationsTo(ours);
    const result = await this.#addToLatest(ours, addable, writes);
    if (!result) return [];
    return Object.entries(ours.relations)
      .filter(([id]) => !Object.hasOwn(result.relations, id))
      .map(([id, { target }]) => cannotAdd(ours, `relation ${id}`, `Port has no blueprint ${target}`));
  }

  async #addComputed(ours: PortBlueprint, writes: SetupWrites): Promise<Problem[]> {
    const theirs = await this.#read(ours.identifier);
    if (!theirs) return [];
    const missing = await missingComputed(theirs, ours, (identifier) => this.#read(identifier));
    const ready = missing.filter(({ missingBasis }) => missingBasis === undefined);
    const problems = missing.flatMap((one) =>
      one.missingBasis ? [cannotAdd(ours, nameOf(one), one.missingBasis)] : [],
    );
    try {
      await this.#addToLatest(ours, onlyThese(ready), writes);
      return problems;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    // Port refused one of them. They are added one by one, so that the others are accepted.
    for (const one of ready) {
      try {
        await this.#addToLatest(ours, onlyThese([one]), writes);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const message = `Blueprint ${ours.identifier} gets no ${nameOf(one)}: ${error.message}`;
        problems.push(warning('blueprint_failed', message));
      }
    }
    return problems;
  }

  /** Adds to the current blueprint in Port, which other runs and replicas may have changed in the meantime. */
  async #addToLatest(ours: PortBlueprint, addable: CanAdd, writes: SetupWrites): Promise<PortBlueprint | undefined> {
    const known = await this.#read(ours.identifier);
    if (!known || !extend(known, ours, addable).patch) return known;
    // In a plan the blueprint may not exist in Port yet.
    const latest = (await this.#in.ask(ours.identifier, this.#in.signal)) ?? known;
    return this.#add(latest, ours, addable, writes);
  }

  async #add(theirs: PortBlueprint, ours: PortBlueprint, addable: CanAdd, writes: SetupWrites): Promise<PortBlueprint> {
    const { patch, result } = extend(theirs, ours, addable);
    if (patch) await writes.extendBlueprint(patch, theirs, this.#in.signal);
    this.#in.known.set(ours.identifier, result);
    return result;
  }

  /** Only relations whose target exists; no computed properties. */
  async #relationsTo(ours: PortBlueprint): Promise<CanAdd> {
    const existing = new Set<string>();
    for (const { target } of Object.values(ours.relations)) {
      if (target === ours.identifier || (await this.#read(target))) existing.add(target);
    }
    return { relation: ({ target }) => existing.has(target), computed: () => false };
  }

  async #read(identifier: string, signal = this.#in.signal): Promise<PortBlueprint | undefined> {
    const known = this.#in.known.get(identifier);
    if (known) return known;
    const asked = this.#asked.get(identifier) ?? this.#in.ask(identifier, signal);
    this.#asked.set(identifier, asked);
    try {
      const document = await asked;
      // Meanwhile it may have been extended.
      if (document && !this.#in.known.has(identifier)) this.#in.known.set(identifier, document);
      return this.#in.known.get(identifier);
    } catch (error) {
      this.#failed.add(identifier);
      throw error;
    }
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
