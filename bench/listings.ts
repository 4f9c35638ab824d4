import { z } from 'zod';
import type { BareClient } from './bare-client.ts';

export type Row = Readonly<Record<string, unknown>>;
const row = z.record(z.string(), z.unknown());
const services = z.looseObject({
  data: z.looseObject({ services: z.array(row) }),
  meta: z.looseObject({ token: z.string().nullish() }),
});
const risks = z.looseObject({ violations: z.array(row), hasMoreResults: z.boolean() });

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

/** Every page of the risks that the shipped mapping asks for. */
export async function* riskPages(client: BareClient, base: string, pageSize: number): AsyncGenerator<readonly Row[]> {
  const groups = 'impactGroupType=dynamic&impactGroupType=realtime';
  for (let offset = 0, more = true; more; ) {
    const text = await client.call(base, 'GET', `/health/risks?pageSize=${pageSize}&offset=${offset}&${groups}`);
    const page = risks.parse(JSON.parse(text));
    yield page.violations;
    offset += page.violations.length;
    more = page.hasMoreResults;
  }
}
