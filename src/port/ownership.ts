import type { PropertyValues } from '../core/ports.ts';
import type { Query } from './search.ts';

const FAMILY = 'port-ocean';
const TYPE = 'komodor';
const SENDER = 'exporter';
const EXPORTER = 'port-k8s-exporter';

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

/** The state key of Port's K8s exporter in a datasource: `port-k8s-exporter/^0.3.4 (statekey/<key>)`. */
function stateKeyOf(datasource: string): string | undefined {
  return /^port-k8s-exporter\/\S+ \(statekey\/(.+)\)$/.exec(datasource)?.[1];
}

/** By which names Port knows what is ours. */
export interface OurNames {
  /** INTEGRATION_IDENTIFIER. */
  readonly installation: string;
  /** EXPORTER_STATE_KEY: what Port's K8s exporter wrote under this key counts as ours. In lower case. */
  readonly exporterStateKey?: string | undefined;
}

/** The writer of an entity. */
export interface Owner {
  readonly isOurs: boolean;
  /** Whether it is a program. A person in a browser, and a name that no program gives itself, are not. */
  readonly isProgram: boolean;
  /** In words: `the installation prod of komodor`; the datasource of a writer that is none of Port's programs. */
  readonly name: string;
}

/** Who wrote an entity; undefined when Port does not say. */
export function ownerOf(datasource: string | undefined, names: OurNames): Owner | undefined {
  if (datasource === undefined || datasource === '') return undefined;
  const key = stateKeyOf(datasource);
  if (key !== undefined) {
    const isOurs = key.toLowerCase() === names.exporterStateKey;
    return { isOurs, isProgram: true, name: `Port's K8s exporter with the state key ${key}` };
  }
  const writer = parseDatasource(datasource);
  if (writer === undefined) return { isOurs: false, isProgram: isProgram(datasource), name: datasource };
  const isOurs = writer.type === TYPE && writer.installation === names.installation && writer.sender === SENDER;
  return { isOurs, isProgram: true, name: `the installation ${writer.installation} of ${writer.type}` };
}

/** Programs call themselves `name/version`. So do browsers, in which a person wrote it. */
function isProgram(datasource: string): boolean {
  return /^[^\s/]+\/\S/.test(datasource) && !/^(Mozilla|Opera)\//i.test(datasource);
}

/** Which entities are ours: those that any version of us wrote, and those of the programs that we take over from. */
export class Ownership {
  readonly #names: OurNames;
  /** Other installations whose entities Port's search returned too, with the number of these. */
  readonly #others = new Map<string, number>();

  constructor(names: OurNames) {
    this.#names = names;
  }

  /** The other program that wrote an entity last, in words; undefined when it is ours, a person's or nobody's. */
  otherProgram(datasource: string | undefined): string | undefined {
    const owner = ownerOf(datasource, this.#names);
    return owner?.isProgram && !owner.isOurs ? owner.name : undefined;
  }

  /** Keeps only our entities. Needed because Port's search for `/prod/exporter` also finds what `eu/prod` wrote. */
  onlyOurs<T extends { readonly datasource?: string | null | undefined }>(found: readonly T[]): readonly T[] {
    return found.filter(({ datasource }) => {
      const text = datasource ?? '';
      if (ownerOf(text, this.#names)?.isOurs) return true;
      const { type, installation, sender } = parseDatasource(text) ?? {};
      if (installation === undefined || type !== TYPE || sender !== SENDER) return false;
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
    const { installation, exporterStateKey } = this.#names;
    const tail = `/${installation}/${SENDER}`;
    const versions = Array.from({ length: 100 }, (_, number) => contains(`.${number}${tail}`));
    const own = [contains(`${FAMILY}/${TYPE}/`), strictly ? { combinator: 'or', rules: versions } : contains(tail)];
    const exported = [contains(`${EXPORTER}/`), contains(`(statekey/${exporterStateKey})`)];
    const both = [own, exported].map((rules) => ({ combinator: 'and', rules }));
    return {
      combinator: 'and',
      rules: [
        ...(exporterStateKey === undefined ? own : [{ combinator: 'or', rules: both }]),
        ...Object.entries(where).map(([property, value]) => ({
          property,
          operator: typeof value === 'string' ? '=' : 'in',
          value,
        })),
        ...excludedBlueprints.map((value) => ({ property: '$blueprint', operator: '!=', value })),
      ],
    };
  }
}

/** The rule that finds what any of Port's programs wrote, for a Port that does not return datasources. */
export const WRITTEN_BY_A_PROGRAM = { combinator: 'or', rules: [contains(`${FAMILY}/`), contains(`${EXPORTER}/`)] };

function contains(value: string) {
  return { property: '$datasource', operator: 'contains', value };
}
