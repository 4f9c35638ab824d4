import { type BareClient, createBareClient } from './bare-client.ts';

/** As many as Port gives, and as many services as a page may have. */
const PAGE = 1000;
/** Pages of risks at a time: their offsets are known beforehand. */
const RISK_PAGES_AT_A_TIME = 4;
const BLUEPRINTS = ['komodorService', 'komodorHealthMonitoring'];

/** What a client without any work of its own needs for all pages that an unchanged run reads. */
export interface Chains {
  /** The list whose pages take longest one after the other, all lists being read side by side. */
  readonly longestSeconds: number;
  readonly pages: number;
  readonly cpuSeconds: number;
}

/** Reads all lists side by side, and looks at nothing but where each goes on. */
export async function readChains(environment: Readonly<Record<string, string>>, rows: number): Promise<Chains> {
  const client = await createBareClient(environment);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const pages = await Promise.all([
    readServices(client, environment.KOMODOR_BASE_URL ?? ''),
    readRisks(client, environment.KOMODOR_BASE_URL ?? '', rows),
    ...BLUEPRINTS.map((blueprint) => readEntities(client, `${environment.PORT_BASE_URL}/v1`, blueprint)),
  ]);
  const longestSeconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  client.close();
  return { longestSeconds, pages: pages.reduce((sum, count) => sum + count), cpuSeconds: (user + system) / 1e6 };
}

async function readServices(client: BareClient, base: string): Promise<number> {
  return follow((token) => {
    const body = { pagination: { pageSize: PAGE, ...(token === undefined ? {} : { token }) } };
    return client.call(base, 'POST', '/services/search', JSON.stringify(body));
  }, /"token":"([^"]+)"/);
}

async function readEntities(client: BareClient, base: string, blueprint: string): Promise<number> {
  return follow((from) => {
    const body = { limit: PAGE, query: { combinator: 'and', rules: [] }, ...(from === undefined ? {} : { from }) };
    return client.call(base, 'POST', `/blueprints/${blueprint}/entities/search`, JSON.stringify(body));
  }, /"next":"([^"]+)"/);
}

/** Reads page after page. What leads to the next one is at the end of each. */
async function follow(ask: (from: string | undefined) => Promise<string>, next: RegExp): Promise<number> {
  let pages = 0;
  let from: string | undefined;
  do {
    from = next.exec((await ask(from)).slice(-200))?.[1];
    pages += 1;
  } while (from !== undefined);
  return pages;
}

async function readRisks(client: BareClient, base: string, rows: number): Promise<number> {
  const offsets = Array.from({ length: Math.ceil(rows / PAGE) }, (_, at) => at * PAGE);
  const waiting = offsets[Symbol.iterator]();
  async function lane(): Promise<void> {
    for (const offset of waiting) await client.call(base, 'GET', `/health/risks?pageSize=${PAGE}&offset=${offset}`);
  }
  await Promise.all(Array.from({ length: RISK_PAGES_AT_A_TIME }, lane));
  return offsets.length;
}
