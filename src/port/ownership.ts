import type { PropertyValues } from '../core/ports.ts';
import type { Query } from './search.ts';

const FAMILY = 'port-ocean';
const TYPE = 'komodor';
const SENDER = 'exporter';

/** Who wrote an entity, as Port stores it: `port-ocean/<type>/<version>/<installation>/<sender>`. */
export interface Datasource {
  readonly type: string;
  readonly version: string;
  /** The writer's `INTEGRATION_IDENTIFIER`. Those of older installations may contain a `/`. */
  readonly installation: string;
  readonly sender: string;
}

/** Parses a datasource; undefined when the writer is not one of Port's integrations. */
export function parseDatasource(text: string): Datasource | undefined {
  const [family, type, version, ...rest] = text.split('/');
  const sender = rest.pop();
  const installation = rest.join('/');
  if (family !== FAMILY || !type || !version || !installation || !sender) return undefined;
  return { type, version, installation, sender };
}

/** The writer of an entity. */
export interface Owner {
  /** Whether it is this installation. */
  readonly isOurs: boolean;
  /** In words: `the installation prod of komodor`; the datasource of a writer that is none of Port's integrations. */
  readonly name: string;
}

/** Who wrote an entity; undefined when Port does not say. */
export function ownerOf(datasource: string | undefined, installation: string): Owner | undefined {
  if (datasource === undefined || datasource === '') return undefined;
  const writer = parseDatasource(datasource);
  if (writer === undefined) return { isOurs: false, name: datasource };
  const isOurs = writer.type === TYPE && writer.installation === installation && writer.sender === SENDER;
  return { isOurs, name: `the installation ${writer.installation} of ${writer.type}` };
}

/** Which entities are ours: those that any version of us wrote, and those of Ocean's Komodor integration before us. */
export class Ownership {
  readonly #installation: string;
  /** Other installations whose entities Port's search returned too, with the number of these. */
  readonly #others = new Map<string, number>();

  constructor(installation: string) {
    this.#installation = installation;
  }

  /** Keeps only our entities. Needed because Port's search for `/prod/exporter` also finds what `eu/prod` wrote. */
  onlyOurs<T extends { readonly datasource?: string | null | undefined }>(found: readonly T[]): readonly T[] {
    return found.filter(({ datasource }) => {
      const { type, installation, sender } = parseDatasource(datasource ?? '') ?? {};
      if (installation === undefined || type !== TYPE || sender !== SENDER) return false;
      if (installation === this.#installation) return true;
      this.#others.set(installation, (this.#others.get(installation) ?? 0) + 1);
      return false;
    });
  }

  /** Other installations for Komodor whose entities Port's search returned too. */
  get otherInstallations(): ReadonlyMap<string, number> {
    return this.#others;
  }

  /**
   * The search for our entities. It may find more, because Port can only ask whether a datasource contains a text.
   * @param strictly for a Port that does not return datasources, so that `onlyOurs` cannot be used: the text before our
   * name has to end like a version, in a dot and a number below 100. This excludes names that only end like ours, such as
   * `eu-west-1/prod`, and also what versions like 1.0.0-dev and 1.0.100 wrote.
   * @param where only those with these property values
   * @param excludedBlueprints not in these blueprints
   */
  query(strictly: boolean, where: PropertyValues = {}, excludedBlueprints: readonly string[] = []): Query {
    const contains = (value: string) => ({ property: '$datasource', operator: 'contains', value });
    const tail = `/${this.#installation}/${SENDER}`;
    const versions = Array.from({ length: 100 }, (_, number) => contains(`.${number}${tail}`));
    return {
      combinator: 'and',
      rules: [
        contains(`${FAMILY}/${TYPE}/`),
        strictly ? { combinator: 'or', rules: versions } : contains(tail),
        ...Object.entries(where).map(([property, value]) => ({ property, operator: '=', value })),
        ...excludedBlueprints.map((value) => ({ property: '$blueprint', operator: '!=', value })),
      ],
    };
  }
}
