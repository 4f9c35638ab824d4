/**
 * The floor: what nobody can do faster against the same two APIs. It is the longest chain of requests that have to follow
 * each other, made by a bare client that maps, compares and reports nothing; or, where that takes longer, the time in which
 * Port lets so many requests in. Exactly:
 *
 * 1. Port's token.
 * 2. The integration, because it has the mapping; our blueprints side by side with it.
 * 3. Side by side: the services, where each page names the next; the risks, where all pages after the first are asked for
 *    at once, within Komodor's concurrency; and, in an unchanged run, what Port has of each blueprint, where each page names
 *    the next.
 * 4. In a first run, beside 3, the integration and the blueprints are made, one that points at another after it. As soon as
 *    a blueprint is there, the entities of the pages that are in are written, 20 a request. A risk waits for its service.
 *
 * Not in it: the program's start, its reports to Port about the run, and the second look before something is deleted.
 */

import { loadDefaults } from '../src/compose/defaults.ts';
import { type BareClient, createBareClient, withLimit } from './bare-client.ts';
import { createFloorWriter, type Entities } from './floor-writer.ts';
import { type Row, riskPagesSideBySide, servicePages, storedPages } from './listings.ts';
import { settingsFor } from './settings.ts';

/** Komodor takes up to 10,000 services a page, some 15 MB. More than these nobody asks for over a long line. */
const SERVICES_A_PAGE = 2_000;
const RISKS_A_PAGE = 1_000;
/** What Port lets in: so many requests in so many seconds, however they are spread. */
const ALLOWANCE = { requests: 35_000, seconds: 300 };
const SERVICES = 'komodorService';
const RISKS = 'komodorHealthMonitoring';

export interface Floor {
  readonly seconds: number;
  /** When each chain ended, in seconds from the start. */
  readonly chains: Readonly<Record<string, number>>;
  /** The time that Port's allowance takes. */
  readonly ceilingSeconds: number;
}

type Environment = Readonly<Record<string, string>>;

/** @param entities what a first run writes; Port has to be as empty as before it */
export async function measureFirst(environment: Environment, entities: Entities): Promise<Floor> {
  const { blueprints, fileConfig } = loadDefaults(settingsFor(environment));
  return measure(environment, async (client, port, mark) => {
    const writer = createFloorWriter(entities, (blueprint, body) =>
      client.call(port, 'POST', `/blueprints/${blueprint}/entities/bulk?upsert=true&merge=true`, body),
    );
    const integration = {
      installationId: 'my-komodor-integration',
      installationAppType: 'komodor',
      config: fileConfig,
    };
    async function setUp() {
      const creating = client.call(port, 'POST', '/integration', JSON.stringify(integration));
      for (const blueprint of blueprints) {
        await client.call(port, 'POST', '/blueprints', JSON.stringify(blueprint));
        writer.open(blueprint.identifier);
      }
      await creating;
      mark('set-up');
    }
    const read = async (blueprint: typeof SERVICES | typeof RISKS, reading: Promise<void>) => {
      await reading;
      writer.end(blueprint);
    };
    const [services, risks] = readKomodor(client, environment, mark, (blueprint, rows) =>
      writer.add(rows.map((row) => identifierOf(blueprint, row))),
    );
    await Promise.all([setUp(), read(SERVICES, services), read(RISKS, risks), writer.done]);
    mark('writes');
    return writer.requests();
  });
}

/** The set-up is there already, and Port has everything. */
export async function measureUnchanged(environment: Environment): Promise<Floor> {
  return measure(environment, async (client, port, mark) => {
    const stored = async (blueprint: string) => {
      let found = 0;
      for await (const page of storedPages(client, port, blueprint)) found += page.length;
      mark(`what Port has of ${blueprint}`);
      return found;
    };
    await Promise.all([...readKomodor(client, environment, mark, () => undefined), stored(SERVICES), stored(RISKS)]);
    return 0;
  });
}

type Mark = (chain: string) => void;

async function measure(
  environment: Environment,
  work: (client: BareClient, port: string, mark: Mark) => Promise<number>,
): Promise<Floor> {
  const port = `${environment.PORT_BASE_URL}/v1`;
  const chains: Record<string, number> = {};
  const startedAt = performance.now();
  const mark = (chain: string) => {
    chains[chain] = (performance.now() - startedAt) / 1000;
  };
  const client = await createBareClient(environment);
  const asked = ['/integration/my-komodor-integration', `/blueprints/${SERVICES}`, `/blueprints/${RISKS}`];
  await Promise.all(asked.map((path) => client.find(port, path)));
  mark('token, integration');
  const writes = await work(client, port, mark);
  client.close();
  const ceilingSeconds = Math.max(0, Math.ceil(writes / ALLOWANCE.requests) - 1) * ALLOWANCE.seconds;
  return { seconds: Math.max(ceilingSeconds, ...Object.values(chains)), chains, ceilingSeconds };
}

function readKomodor(
  client: BareClient,
  environment: Environment,
  mark: Mark,
  add: (blueprint: typeof SERVICES | typeof RISKS, rows: readonly Row[]) => void,
): readonly [Promise<void>, Promise<void>] {
  const { KOMODOR_BASE_URL = '' } = environment;
  const komodor = withLimit(client, settingsFor(environment).komodorConcurrency);
  async function services() {
    for await (const page of servicePages(komodor, KOMODOR_BASE_URL, SERVICES_A_PAGE)) add(SERVICES, page);
    mark('services');
  }
  async function risks() {
    await riskPagesSideBySide(komodor, KOMODOR_BASE_URL, RISKS_A_PAGE, (page) => add(RISKS, page));
    mark('risks');
  }
  return [services(), risks()];
}

/** Cheaper than the mapping, which is not part of the floor. */
function identifierOf(blueprint: typeof SERVICES | typeof RISKS, row: Row): string {
  return blueprint === RISKS ? String(row.id) : [row.kind, row.cluster, row.namespace, row.service].join('-');
}
