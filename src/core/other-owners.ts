import { isAbort, messageOf } from './errors.ts';
import type { FittedEntity } from './fitted-entity.ts';
import type { BlueprintShape, Kind } from './model.ts';
import type { FindSelection } from './ports.ts';
import type { Run } from './run.ts';

/** How many identifiers one request asks about. */
const IDENTIFIERS_PER_QUESTION = 500;
const ONLY_OWNER: FindSelection = {
  ...{ owner: true, title: false, icon: false, team: false },
  ...{ properties: [], relations: [] },
};
/** Nobody could say whose an entity is. */
const UNTOLD = Symbol('untold');

type KnownOwner = string | typeof UNTOLD | undefined;

/**
 * For kinds that yield: leaves out entities that another program or installation wrote last, so that two programs never
 * take turns in overwriting one entity. Only identifiers that are not known to be ours cost a request.
 */
export class OtherOwners {
  readonly #run: Run;
  readonly #yielding: ReadonlySet<Kind>;
  /** Per blueprint: the entities that are not ours, and their owners. Those that we may write are tracked from then on. */
  readonly #owners = new Map<string, Map<string, KnownOwner>>();

  constructor(run: Run) {
    this.#run = run;
    this.#yielding = new Set(run.extractions.filter(({ kind }) => kind.yields).map(({ kind }) => kind.name));
  }

  /** The pieces that we may write. The others are reported. */
  async leftToUs(kind: Kind, pieces: readonly FittedEntity[]): Promise<readonly FittedEntity[]> {
    if (!this.#yielding.has(kind)) return pieces;
    await this.#ask(pieces.filter((piece) => !isKnown(piece)));
    return pieces.filter((piece) => this.#isLeftToUs(piece));
  }

  #isLeftToUs(piece: FittedEntity): boolean {
    const { blueprint, identifier } = piece.entity;
    if (isKnown(piece)) return true;
    const owner = this.#owners.get(blueprint)?.get(String(identifier));
    if (owner === undefined) return true;
    if (typeof owner === 'string') this.#report(piece, owner);
    return false;
  }

  #report({ entity: { blueprint }, kind, label }: FittedEntity, owner: string): void {
    this.#run.problems.add({
      code: 'owned_elsewhere',
      severity: 'warning',
      kind,
      group: JSON.stringify([blueprint, owner]),
      message: `Entities of ${blueprint} were left as they are, because ${owner} wrote them last. To take them over, stop that one first: for Port's K8s exporter set EXPORTER_STATE_KEY, else delete them in Port`,
      sample: label,
    });
  }

  async #ask(pieces: readonly FittedEntity[]): Promise<void> {
    const open = new Map<string, { readonly shape: BlueprintShape; readonly names: Set<string> }>();
    for (const { entity, state } of pieces) {
      const { blueprint, identifier } = entity;
      if (this.#owners.get(blueprint)?.has(String(identifier))) continue;
      const asked = open.get(blueprint) ?? { shape: state.shape, names: new Set() };
      open.set(blueprint, asked);
      asked.names.add(String(identifier));
    }
    for (const { shape, names } of open.values()) {
      const all = [...names];
      for (let start = 0; start < all.length; start += IDENTIFIERS_PER_QUESTION) {
        await this.#askAbout(shape, all.slice(start, start + IDENTIFIERS_PER_QUESTION));
      }
    }
  }

  async #askAbout(shape: BlueprintShape, names: readonly string[]): Promise<void> {
    const answers = this.#owners.get(shape.identifier) ?? new Map<string, KnownOwner>();
    this.#owners.set(shape.identifier, answers);
    const { catalog } = this.#run.ports;
    try {
      for (const { identifier, otherOwner } of await catalog.find(shape, ONLY_OWNER, names, this.#run.signal)) {
        if (otherOwner !== undefined) answers.set(identifier, otherOwner);
      }
    } catch (error) {
      if (isAbort(error, this.#run.signal)) throw error;
      for (const name of names) answers.set(name, UNTOLD);
      this.#run.problems.add({
        code: 'port_failed',
        severity: 'error',
        group: `owners of ${shape.identifier}`,
        message: `Port could not be asked who wrote entities of ${shape.identifier}, so those that are new to us were not written; the next resync tries again: ${messageOf(error)}`,
        count: names.length,
        samples: names,
      });
    }
  }
}

/** Whether it is known that we may write it: it is ours, or a search finds it, or this run has written it. */
function isKnown({ entity: { identifier }, state }: FittedEntity): boolean {
  if (typeof identifier !== 'string') return true;
  const tracked = state.entities.get(identifier);
  return tracked !== undefined && (tracked.owned || Boolean(tracked.sighting?.kind));
}
