import { parseMapping } from '../../src/config/mapping-schema.ts';
import { messageOf } from '../../src/core/errors.ts';
import type { SetupDocument } from '../../src/core/model.ts';
import { prepareWhole } from '../../src/core/prepared-catalog.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { createHttpClient } from '../../src/net/http-client.ts';
import { PortApi, userAgentOf } from '../../src/port/api.ts';
import { portBlueprint } from '../../src/port/blueprint-documents.ts';
import { PortCatalog } from '../../src/port/catalog.ts';
import { TokenProvider } from '../../src/port/token.ts';
import type { FaultAction, Faults } from '../../src/sandbox/faults.ts';
import type { SandboxRequest } from '../../src/sandbox/http.ts';
import type { JsonObject } from '../../src/sandbox/port/model.ts';
import { startPort } from '../../src/sandbox/port/server.ts';
import { fastClock } from '../chaos/fast-clock.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';

const CREDENTIALS = { clientId: 'setup-client', clientSecret: 'setup-secret' };
const IDENTIFIER = 'setup';
const VERSION = '9.9.9';
const text = { type: 'string' };
const relation = (target: string) => ({ target, required: false, many: false });

/** Ours, targets first: a chain, a circle, a relation out of it to somebody's blueprint, and one to a blueprint that nobody has. */
const OURS = [
  {
    identifier: 'place',
    title: 'Place',
    schema: { properties: { street: text } },
    calculationProperties: { shout: { title: 'S', type: 'string', calculation: '.title | ascii_upcase' } },
  },
  {
    identifier: 'crew',
    title: 'Crew',
    schema: { properties: { size: { type: 'number' } } },
    relations: { base: relation('place'), lead: relation('thing') },
  },
  {
    identifier: 'thing',
    title: 'Thing',
    schema: { properties: { status: text, note: text } },
    relations: { owner: relation('crew'), team: relation('theirs'), lost: relation('nowhere') },
    mirrorProperties: { shouted: { title: 'M', path: 'owner.base.shout' } },
  },
  { identifier: 'alone', title: 'Alone', schema: { properties: { status: text } } },
];
const THEIRS = { identifier: 'theirs', title: 'Theirs', schema: { properties: {} } };
/** What an older version left: fewer properties, and one that somebody changed. */
const OLDER = [
  { ...OURS[0], calculationProperties: {} },
  { identifier: 'thing', title: 'Thing', schema: { properties: { status: { type: 'number' } } } },
];
const MAPPING = {
  resources: [
    {
      kind: 'komodorService',
      selector: { query: 'true' },
      port: { entity: { mappings: { identifier: '.id', blueprint: '"thing"', properties: { note: '.n' } } } },
    },
  ],
};

/** What Port holds before, and whether the set-up only notes what it would write. */
export const SCENARIOS = ['empty', 'as it is wanted', 'older', 'older, only noted'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** One request of a set-up, so that a fault can be put on it: `POST /blueprints thing`. */
function callOf({ method, path, body }: Pick<SandboxRequest, 'method' | 'path' | 'body'>): string {
  const named = method === 'POST' && typeof body === 'object' && body !== null && 'identifier' in body;
  return `${method} ${path.slice('/v1'.length)}${named ? ` ${String(body.identifier)}` : ''}`;
}

/** A fault on one call: on its first request, or on each. */
export interface CallFault {
  readonly call: string;
  readonly action: FaultAction;
  readonly once: boolean;
}

/**
 * Lets one set-up run against Port, and tells how it ended, what Port holds then, and which calls it made.
 * @param latencyMs how long Port takes for a call; infinity: it never answers
 */
export async function setUpWith(scenario: Scenario, fault?: CallFault, latencyMs?: (call: string) => number) {
  const calls: string[] = [];
  let switchedOn = false;
  let hits = 0;
  const schedule: Faults = {
    take(_route, _page, request) {
      if (!switchedOn) return undefined;
      const call = callOf(request);
      calls.push(call);
      if (call === fault?.call && (hits++ === 0 || !fault.once)) return fault.action;
      const ms = latencyMs?.(call) ?? 0;
      return Number.isFinite(ms) ? { type: 'slow', ms } : { type: 'hang' };
    },
    named: () => undefined,
  };
  const older = scenario.startsWith('older') ? OLDER : [];
  const port = await startPort({ ...CREDENTIALS, schedule, initial: { blueprints: [THEIRS, ...older] } });
  if (older.length > 0) port.store.integrations.add(OLD_INTEGRATION, { baseUrl: port.url, clientId: 'x' });
  const http = createHttpClient({
    side: 'port',
    baseUrl: `${port.url}/v1`,
    timeoutMs: 600_000,
    maxResponseBytes: 1024 * 1024,
    governor: createGovernor({ side: 'port', concurrency: 8, clock: fastClock() }),
    secrets: [CREDENTIALS.clientSecret],
  });
  const userAgent = userAgentOf(VERSION, IDENTIFIER);
  const open = (setup: 'write' | 'note') =>
    new PortCatalog(new PortApi(http, new TokenProvider(http, CREDENTIALS, userAgent), userAgent), {
      ...OPTIONS,
      setup,
    });
  try {
    const { signal } = new AbortController();
    if (scenario === 'as it is wanted') await prepareWhole(open('write'), signal);
    switchedOn = true;
    const answeredBefore = port.log.length;
    const prepared = await prepareWhole(open(scenario.endsWith('noted') ? 'note' : 'write'), signal).catch(messageOf);
    const unanswered = calls.length - (port.log.length - answeredBefore);
    if (typeof prepared === 'string') return { failure: withoutPort(prepared, port.url), calls, unanswered };
    const { problems, setup } = prepared;
    return {
      problems: problems.map(({ code, severity, message }) => `${severity} ${code}: ${withoutPort(message, port.url)}`),
      setup: setup.map((document) => ({ ...document, ...withoutTimes(document) })),
      stored: { blueprints: port.store.blueprints(), integration: { ...port.store.integrations.get(IDENTIFIER) } },
      calls,
    };
  } finally {
    http.close();
    await port.close();
  }
}

const OLD_INTEGRATION = {
  installationId: IDENTIFIER,
  installationAppType: 'komodor',
  version: '1.0.0',
  config: { resources: [] },
};

const OPTIONS = {
  runId: 'run-of-the-setup',
  identifier: IDENTIFIER,
  version: VERSION,
  changelogDestination: {},
  mappingSource: 'file',
  initialize: true,
  batchesInFlight: () => 2,
  blueprints: OURS.map((document) => portBlueprint.parse(document)),
  blueprintProblems: [{ message: 'blueprints/x.json: half of it cannot be used', severity: 'warning' }],
  fileConfig: MAPPING,
  fileMapping: parseMapping(MAPPING, 'the files', KOMODOR_NAMES),
  fileOrigin: 'the files',
  addOns: [],
  parseMapping: (config: JsonObject, origin: string) => parseMapping(config, origin, KOMODOR_NAMES),
} as const satisfies Omit<ConstructorParameters<typeof PortCatalog>[1], 'setup'>;

function withoutTimes(document: Pick<SetupDocument, 'before' | 'after'>): Pick<SetupDocument, 'before' | 'after'> {
  const { before, after } = JSON.parse(
    JSON.stringify(document, (key, value) => (/^(cre|upd)ated(At|By)$/.test(key) ? undefined : value)),
  );
  return { before, after };
}

function withoutPort(message: string, url: string): string {
  return message.replaceAll(url, '<port>').replace(/ \(trace [^)]*\)/g, '');
}
