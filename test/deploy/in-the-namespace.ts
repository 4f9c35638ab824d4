import { z } from 'zod';
import type { Manifest } from './manifests.ts';

/** What somebody else puts into the namespace of a release: Secrets and ConfigMaps that a chart only names. */

export const CREDENTIALS = {
  apiKey: 'key-of-the-test',
  clientId: 'client-of-the-test',
  clientSecret: 'secret-of-the-test',
};

const OURS = {
  KOMODOR_API_KEY: CREDENTIALS.apiKey,
  PORT_CLIENT_ID: CREDENTIALS.clientId,
  PORT_CLIENT_SECRET: CREDENTIALS.clientSecret,
};
const OCEANS = {
  OCEAN__INTEGRATION__CONFIG__KOMODOR_API_KEY: CREDENTIALS.apiKey,
  OCEAN__PORT__CLIENT_ID: CREDENTIALS.clientId,
  OCEAN__PORT__CLIENT_SECRET: CREDENTIALS.clientSecret,
};
export const REDIS_PASSWORD = 'password-of-the-test';
/** Nobody listens there. */
const NOTIFY_URL = 'http://127.0.0.1:9/';

/** By name, as the values files in ci/ call them. */
const SECRETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'komodor-port-credentials': OURS,
  'port-ocean-credentials': OCEANS,
  'komodor-port-redis': { 'redis-password': REDIS_PASSWORD },
  'komodor-port-notify': { NOTIFY_URL },
  'catalog-git': { username: 'user-of-the-test', password: 'password-of-the-test' },
  // No certificate: Node.js says so once, and goes on.
  'company-ca': { 'ca.crt': '' },
};

const externalSchema = z.looseObject({
  spec: z.looseObject({
    target: z.looseObject({ name: z.string() }),
    data: z.array(z.looseObject({ secretKey: z.string() })),
  }),
});

/** What a pod of these manifests finds beside them, the Secrets of External Secrets included. */
export function besides(manifests: readonly Manifest[]): readonly Manifest[] {
  const known: Readonly<Record<string, string>> = { ...OURS, ...OCEANS, NOTIFY_URL };
  const filled = manifests
    .filter(({ kind }) => kind === 'ExternalSecret')
    .map((manifest) => {
      const { target, data } = externalSchema.parse(manifest).spec;
      const keys = data.map(({ secretKey }) => [secretKey, known[secretKey] ?? `${secretKey}-of-the-test-0123456789`]);
      return secretOf(target.name, Object.fromEntries(keys));
    });
  return [...filled, ...Object.entries(SECRETS).map(([name, data]) => secretOf(name, data))];
}

export function secretOf(name: string, stringData: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData };
}
