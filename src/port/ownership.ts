import type { PropertyValues } from '../core/ports.ts';
import type { Query } from './search.ts';

const FAMILY = 'port-ocean';
const TYPE = 'komodor';
const SENDER = 'exporter';

/** Who wrote an entity, as Port keeps it: `port-ocean/<type>/<version>/<installation>/<sender>`. */
export interface Datasource {
  readonly type: string;
  readonly version: string;
  /** As `INTEGRATION_IDENTIFIER` was there; older installations may have a `/` in it. */
  readonly installation: string;
  readonly sender: string;
}

/** Takes a datasource apart; undefined when it is none of Port's integrations. */
export function parseDatasource(text: string): Datasource | undefined {
  const [family, type, version, ...rest] = text.split('/');
  const sender = rest.pop();
  const installation = rest.join('/');
  if (family !== FAMILY || !type || !version || !installation || !sender) return undefined;
  return { type, version, installation, sender };
}

/** Which entities are ours. Whatever version of us wrote them, and Ocean's Komodor integration before us. */
export class Ownership {
  readonly #installation: string;
  /** Installations that Port's search took for us, with how many entities of theirs it gave. */
  readonly #others = new Map<string, number>();

  constructor(installation: string) {
    this.#installation = installation;
  }

  /** Those that are ours, compared part by part: a search for `/prod/exporter` finds what `eu/prod` wrote too. */
  sift<T extends { readonly datasource?: string | null | undefined }>(found: readonly T[]): readonly T[] {
    return found.filter(({ datasource }) => {
      const { type, installation, sender } = parseDatasource(datasource ?? '') ?? {};
      if (installation === undefined || type !== TYPE || sender !== SENDER) return false;
      if (installation === this.#installation) return true;
      this.#others.set(installation, (this.#others.get(installation) ?? 0) + 1);
      return false;
    });
  }

  /** Other installations of Komodor that Port's search gave beside us. */
  get others(): ReadonlyMap<string, number> {
    return this.#others;
  }

  /**
   * Finds what is ours, and perhaps more: Port compares a datasource only by what it contains.
   * @param strictly where Port does not say the datasource of what it found: what stands in front of our name has to end
   * like a version then, in a dot and a number below 100. That leaves out what only ends like our name, such as
   * `eu-west-1/prod`, and also what a version like 1.0.0-dev or 1.0.100 wrote.
   * @param where only those with these property values
   * @param beside not in these blueprints
   */
  query(strictly: boolean, where: PropertyValues = {}, beside: readonly string[] = []): Query {
    const contains = (value: string) => ({ property: '$datasource', operator: 'contains', value });
    const tail = `/${this.#installation}/${SENDER}`;
    const versions = Array.from({ length: 100 }, (_, number) => contains(`.${number}${tail}`));
    return {
      combinator: 'and',
      rules: [
        contains(`${FAMILY}/${TYPE}/`),
        strictly ? { combinator: 'or', rules: versions } : contains(tail),
        ...Object.entries(where).map(([property, value]) => ({ property, operator: '=', value })),
        ...beside.map((value) => ({ property: '$blueprint', operator: '!=', value })),
      ],
    };
  }
}
