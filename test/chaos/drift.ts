import type { Blueprint, PropertySchema, RelationDefinition } from '../../src/sandbox/port/model.ts';
import type { PortStore } from '../../src/sandbox/port/store.ts';
import type { Random } from '../../src/sandbox/random.ts';

interface Draft {
  readonly properties: { [id: string]: PropertySchema };
  readonly relations: { [id: string]: RelationDefinition };
  readonly required: string[];
}

/** What a person may do to one of our blueprints. */
const DRIFTS: readonly ((draft: Draft, random: Random) => string)[] = [
  (draft) => {
    draft.properties.cost_center = { type: 'string' };
    return 'adds an optional property';
  },
  (draft) => {
    draft.properties.cost_center = { type: 'string' };
    draft.required.push('cost_center');
    return 'adds a required property';
  },
  (draft) => {
    draft.properties.status = { type: 'number' };
    return 'makes the status a number';
  },
  (draft) => {
    draft.properties.status = { type: 'string', enum: ['healthy', 'open'] };
    return 'takes values from the status';
  },
  (draft) => {
    draft.properties.namespace_name = { type: 'string', enum: ['shop', 'payments'] };
    return 'gives the namespace an enum';
  },
  (draft, random) => {
    const id = random.pick(['cluster_name', 'komodor_link', 'status', 'namespace_name']);
    delete draft.properties[id];
    return `removes ${id}`;
  },
  (draft) => {
    for (const id of Object.keys(draft.relations)) delete draft.relations[id];
    return 'removes the relations';
  },
];

/** The blueprints of Port, which people change behind the program's back and put back later. */
export class Drift {
  readonly #store: PortStore;
  readonly #originals = new Map<string, Blueprint>();

  constructor(store: PortStore) {
    this.#store = store;
  }

  get isOn(): boolean {
    return this.#originals.size > 0;
  }

  /** Says what was done. */
  change(random: Random): string {
    const identifier = random.pick(['komodorService', 'komodorHealthMonitoring']);
    const blueprint = this.#store.blueprint(identifier);
    if (blueprint === undefined) return 'nobody';
    if (!this.#originals.has(identifier)) this.#originals.set(identifier, blueprint);
    const draft: Draft = {
      properties: { ...blueprint.schema.properties },
      relations: { ...blueprint.relations },
      required: [...blueprint.schema.required],
    };
    const done = random.pick(DRIFTS)(draft, random);
    const { properties, relations, required } = draft;
    this.#store.putBlueprint({ ...blueprint, schema: { properties, required }, relations });
    return `${done} of ${identifier}`;
  }

  undo(): void {
    for (const blueprint of this.#originals.values()) this.#store.putBlueprint(blueprint);
    this.#originals.clear();
  }
}
