import { z } from 'zod';
import type { BareClient } from './bare-client.ts';

export type Row = Readonly<Record<string, unknown>>;
/** Not z.record, which would copy every field: the bare client should cost as little as can be. */
const row = z.custom<Row>((value) => typeof value === 'object' && value !== null);
const services = z.looseObject({
  data: z.looseObject({ services: z.array(row) }),
  meta: z.looseObject({ token: z.string().nullish() }),
});
const risks = z.looseObject({ violations: z.array(row), hasMoreResults: z.boolean(), totalResults: z.number() });
const stored = z.looseObject({ entities: z.array(row), next: z.string().nullish() });

/** Every page of the services, one after the other, because each names the next. */
export async function* servicePages(
  client: BareClient,
  base: string,
  pageSize: number,
): AsyncGenerator<readonly Row[]> {
  let token: string | undefined;
  do {
    const pagination = { pageSize, ...(token === undefined ? {} : { token }) };
    const page = services.parse(
      JSON.parse(await client.call(base, 'POST', '/services/search', JSON.stringify({ pagination }))),
    );
    yield page.data.services;
    token = page.meta.token ?? undefined;
  } while (token !== undefined);
}

/** Every page of the risks that the shipped mapping asks for, one after the other. */
export async function* riskPages(client: BareClient, base: string, pageSize: number): AsyncGenerator<readonly Row[]> {
  for (let offset = 0, more = true; more; ) {
    const page = await riskPage(client, base, pageSize, offset);
    yield page.violations;
    offset += page.violations.length;
    more = page.hasMoreResults;
  }
}

/** The same: the first page tells how many there are, then all others at once. */
export async function riskPagesSideBySide(
  client: BareClient,
  base: string,
  pageSize: number,
  take: (page: readonly Row[]) => void,
): Promise<void> {
  const first = await riskPage(client, base, pageSize, 0);
  take(first.violations);
  const others = Math.ceil(first.totalResults / pageSize) - 1;
  const reading = Array.from({ length: Math.max(0, others) }, async (_, at) => {
    take((await riskPage(client, base, pageSize, (at + 1) * pageSize)).violations);
  });
  await Promise.all(reading);
}

async function riskPage(client: BareClient, base: string, pageSize: number, offset: number) {
  const groups = 'impactGroupType=dynamic&impactGroupType=realtime';
  const text = await client.call(base, 'GET', `/health/risks?pageSize=${pageSize}&offset=${offset}&${groups}`);
  return risks.parse(JSON.parse(text));
}

/** What Port has of a blueprint, on its largest pages, one after the other, because each names the next. */
export async function* storedPages(
  client: BareClient,
  port: string,
  blueprint: string,
): AsyncGenerator<readonly Row[]> {
  const query = {
    combinator: 'and',
    rules: [{ property: '$datasource', operator: 'contains', value: 'port-ocean/komodor/' }],
  };
  let from: string | undefined;
  do {
    const body = JSON.stringify({ query, limit: 1000, from });
    const page = stored.parse(
      JSON.parse(await client.call(port, 'POST', `/blueprints/${blueprint}/entities/search`, body)),
    );
    yield page.entities;
    from = page.next ?? undefined;
  } while (from !== undefined);
}
