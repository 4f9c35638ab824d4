import { loadDefaults } from '../src/compose/defaults.ts';
import { createJqMapper } from '../src/compose/jq-mapper.ts';
import { usesOf } from '../src/core/expression/uses.ts';
import type { Kind, ResourceEntry } from '../src/core/model.ts';
import type { Program } from '../src/core/ports.ts';
import { createDates } from '../src/mapping/dates.ts';
import { createJqRunner, type JqRunner } from '../src/mapping/jq-runner.ts';
import { parseEntry } from '../src/mapping/parsed-entry.ts';
import { createProgram } from '../src/mapping/program.ts';
import { preludeOf } from '../src/mapping/program-text.ts';
import { resolveJq } from '../src/mapping/resolve-jq.ts';
import { createBareClient } from './bare-client.ts';
import { mapByHand } from './handwritten.ts';
import { type Row, riskPages, servicePages } from './listings.ts';
import { settingsFor } from './settings.ts';

const SAMPLE_ONE_BY_ONE = 100;
const BATCH_ITEMS = 1_000;
const A_MINUTE_MS = 60_000;
const never = new AbortController().signal;

export interface MappingSpeed {
  readonly kind: Kind;
  readonly items: number;
  /** Items a second, as shipped: plain expressions are evaluated in the process, the others by jq. */
  readonly ours: number;
  /** The same with all expressions in jq: one program, batches. */
  readonly allInJq: number;
  /** One call of jq for each item. */
  readonly oneByOne: number;
  /** jq alone, the same program over everything as one input, one process: without reading its answer. */
  readonly oneBigBatch: number;
  /** JavaScript instead of jq, parsing and writing JSON included. */
  readonly byHand: number;
}

/** How fast the shipped mapping maps what the Komodor stand-in lists. */
export async function measureMapping(
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly jq: string; readonly speeds: readonly MappingSpeed[] }> {
  const client = await createBareClient(environment);
  const { KOMODOR_BASE_URL = '' } = environment;
  const rows: Readonly<Record<'komodorService' | 'komodorHealthMonitoring', readonly Row[]>> = {
    komodorService: await all(servicePages(client, KOMODOR_BASE_URL, 1000)),
    komodorHealthMonitoring: await all(riskPages(client, KOMODOR_BASE_URL, 1000)),
  };
  client.close();
  const settings = settingsFor(environment);
  const { fileMapping } = loadDefaults(settings);
  const binary = await resolveJq({ jqPath: settings.jqPath });
  const jq = await createJqRunner(binary);
  const speeds: MappingSpeed[] = [];
  for (const kind of ['komodorService', 'komodorHealthMonitoring'] as const) {
    const entries = fileMapping.mapping.entries.filter((entry) => entry.kind === kind);
    const items = rows[kind].map((value, at) => ({ key: String(at), label: String(at), value }));
    const { mapper } = await createJqMapper(settings, {});
    const { program } = await mapper.compile(entries);
    await program.map(items.slice(0, 1000), never);
    const inJq = await programInJq(jq, entries);
    await inJq.map(items.slice(0, 1000), never);
    const sample = items.slice(0, SAMPLE_ONE_BY_ONE);
    const text = rows[kind].map((row) => JSON.stringify(row));
    const { jqProgram, input } = await spied(jq, entries, items);
    speeds.push({
      kind,
      items: items.length,
      ours: await perSecond(items.length, () => program.map(items, never)),
      allInJq: await perSecond(items.length, () => inJq.map(items, never)),
      oneByOne: await perSecond(sample.length, async () => {
        for (const item of sample) await inJq.map([item], never);
      }),
      oneBigBatch: await perSecond(items.length, () => jq.run(jqProgram, input, { deadlineMs: A_MINUTE_MS })),
      byHand: await perSecond(items.length, async () => {
        for (const one of text) JSON.stringify(mapByHand(kind, JSON.parse(one)));
      }),
    });
  }
  return { jq: `${binary.version} (${binary.flavour})`, speeds };
}

/** A program that leaves every expression to jq. */
async function programInJq(jq: JqRunner, entries: readonly ResourceEntry[]): Promise<Program> {
  const texts = entries.flatMap(usesOf).map(({ expression }) => expression);
  const prelude = `${preludeOf(undefined)}${(await createDates(jq)(texts)).prelude}`;
  return createProgram(
    entries.map((entry) => parseEntry(entry, new Set())),
    { jq, prelude: async () => prelude, plain: new Map(), deadlineMs: A_MINUTE_MS, batchItems: BATCH_ITEMS },
  );
}

/** The jq program of some entries, and everything as one input. */
async function spied(
  jq: JqRunner,
  entries: readonly ResourceEntry[],
  items: readonly { readonly key: string; readonly label: string; readonly value: Row }[],
) {
  let jqProgram = '';
  const spy: JqRunner = {
    binary: jq.binary,
    run(program, input, limits) {
      jqProgram = program;
      return jq.run(program, input, limits);
    },
  };
  const program = await programInJq(spy, entries);
  await program.map(items.slice(0, 1), never);
  return { jqProgram, input: items.map(({ value }) => JSON.stringify(value)).join('\n') };
}

async function all(pages: AsyncGenerator<readonly Row[]>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return count / ((performance.now() - startedAt) / 1000);
}
