import { z } from 'zod';
import { setting } from './setting-info.ts';
import { apiAddress, installation, redisAddress, stateKey, token } from './setting-values.ts';

/** Which systems to connect to, and with which credentials. */
export const connectionSettings = {
  komodorApiKey: setting(
    'Connections',
    'KOMODOR_API_KEY',
    {
      // Port's samples for CI systems say KOMODOR_TOKEN.
      ocean: ['OCEAN__INTEGRATION__CONFIG__KOMODOR_API_KEY', 'OCEAN__INTEGRATION__CONFIG__KOMODOR_TOKEN'],
      default: null,
      secret: true,
      description: 'API key of Komodor. Required.',
    },
    token(),
  ),
  komodorBaseUrl: setting(
    'Connections',
    'KOMODOR_BASE_URL',
    {
      ocean: ['OCEAN__INTEGRATION__CONFIG__KOMODOR_BASE_URL'],
      default: 'https://api.komodor.com/api/v2',
      description: "Komodor's API. `/api/v2` is added when absent.",
    },
    apiAddress('/api/v2'),
  ),
  portClientId: setting(
    'Connections',
    'PORT_CLIENT_ID',
    {
      ocean: ['OCEAN__PORT__CLIENT_ID'],
      default: null,
      secret: true,
      description: "Client id of Port's credentials. Required.",
    },
    token(),
  ),
  portClientSecret: setting(
    'Connections',
    'PORT_CLIENT_SECRET',
    {
      ocean: ['OCEAN__PORT__CLIENT_SECRET'],
      default: null,
      secret: true,
      description: "Client secret of Port's credentials. Required.",
    },
    token(),
  ),
  portBaseUrl: setting(
    'Connections',
    'PORT_BASE_URL',
    {
      ocean: ['OCEAN__PORT__BASE_URL'],
      default: 'https://api.port.io',
      description: "Port's API (`https://api.us.port.io` for the US). `/v1` is added when absent.",
    },
    apiAddress('/v1'),
  ),
  integrationIdentifier: setting(
    'Connections',
    'INTEGRATION_IDENTIFIER',
    {
      ocean: ['OCEAN__INTEGRATION__IDENTIFIER'],
      default: 'my-komodor-integration',
      description:
        'Name of this installation in Port, without `/`. Entities belong to it: changing it leaves the old ones behind.',
    },
    installation(),
  ),
  exporterStateKey: setting(
    'Connections',
    'EXPORTER_STATE_KEY',
    {
      default: null,
      description:
        'State key of a Port K8s exporter that this installation takes over from. What it wrote counts as ours: it is compared, overwritten, and deleted when it is gone. Stop the exporter first.',
    },
    stateKey().optional(),
  ),
  redisUrl: setting(
    'Connections',
    'REDIS_URL',
    {
      default: null,
      secret: true,
      description: 'Redis or Valkey for the run queue. Unset: the queue lives inside the process.',
    },
    redisAddress().optional(),
  ),
  redisPassword: setting(
    'Connections',
    'REDIS_PASSWORD',
    {
      default: null,
      secret: true,
      description:
        'Password of Redis as it is, for `REDIS_URL`; in the address itself it would have to be percent-encoded.',
    },
    z.string().optional(),
  ),
};
