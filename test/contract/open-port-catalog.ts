import { parseMapping } from '../../src/config/mapping-schema.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { createHttpClient } from '../../src/net/http-client.ts';
import { PortApi, userAgentOf } from '../../src/port/api.ts';
import { PortCatalog } from '../../src/port/catalog.ts';
import { TokenProvider } from '../../src/port/token.ts';
import { type PortSandbox, startPort } from '../../src/sandbox/port/server.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';

const CREDENTIALS = { clientId: 'contract-client', clientSecret: 'contract-secret' };
const IDENTIFIER = 'contract';
const USER_AGENT = userAgentOf('9.9.9', IDENTIFIER);

/** The sender that makes an entity ours. */
export const OURS = `${USER_AGENT}/exporter`;

const THING = {
  identifier: 'thing',
  title: 'Thing',
  schema: {
    properties: { status: { type: 'string', enum: ['good', 'bad'] }, place: { type: 'string' } },
    required: [],
  },
  relations: { next: { target: 'thing' } },
};
/** Cannot be without its thing. */
const CONTRACT = {
  identifier: 'contract',
  title: 'Contract',
  schema: { properties: {} },
  relations: { thing: { target: 'thing', required: true } },
};

export interface OpenCatalog {
  readonly catalog: PortCatalog;
  /** Another installation's catalog on the same Port. */
  readonly catalogOf: (identifier: string, exporterStateKey?: string) => PortCatalog;
  readonly port: PortSandbox;
  close(): Promise<void>;
}

/** Our catalog on a Port stand-in with two blueprints, over real HTTP. */
export async function openPortCatalog(): Promise<OpenCatalog> {
  const port = await startPort({ ...CREDENTIALS, initial: { blueprints: [THING, CONTRACT] } });
  const { clientId, clientSecret } = CREDENTIALS;
  const http = createHttpClient({
    side: 'port',
    baseUrl: `${port.url}/v1`,
    timeoutMs: 20_000,
    maxResponseBytes: 64 * 1024 * 1024,
    governor: createGovernor({ side: 'port', concurrency: 4 }),
    secrets: [clientSecret],
  });
  const api = new PortApi(http, new TokenProvider(http, { clientId, clientSecret }, USER_AGENT), USER_AGENT);
  const options = {
    runId: 'run-of-the-contract',
    setup: 'write',
    version: '9.9.9',
    changelogDestination: {},
    mappingSource: 'file',
    initialize: false,
    batchesInFlight: () => 2,
    blueprints: [],
    blueprintProblems: [],
    fileConfig: null,
    fileMapping: parseMapping({ resources: [] }, 'the contract', KOMODOR_NAMES),
    fileOrigin: 'the contract',
    addOns: [],
    parseMapping: (config: unknown, origin: string) => parseMapping(config, origin, KOMODOR_NAMES),
  } as const;
  const catalogOf = (identifier: string, exporterStateKey?: string) =>
    new PortCatalog(api, { ...options, identifier, exporterStateKey });
  return {
    catalog: catalogOf(IDENTIFIER),
    catalogOf,
    port,
    async close() {
      http.close();
      await port.close();
    },
  };
}
