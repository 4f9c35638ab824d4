import { createHash } from 'node:crypto';
import type { Settings } from '../config/settings.ts';

type KeySpaceSettings = Pick<
  Settings,
  'integrationIdentifier' | 'komodorApiKey' | 'komodorBaseUrl' | 'portBaseUrl' | 'portClientId'
>;

const FINGERPRINT_LENGTH = 16;

/**
 * The prefix of this installation's keys in Redis. Replicas share work exactly when they have the same Komodor account,
 * Port account and integration identifier: a worker must never get a run of another account. The braces make a Redis
 * Cluster keep all keys on one node.
 */
export function keySpaceOf(account: KeySpaceSettings): string {
  return `komodor-port-{${encodeURIComponent(account.integrationIdentifier)}-${fingerprintOf(account)}}`;
}

/** Part of a digest over all of them, so that no credential can be recovered from it. */
function fingerprintOf({
  integrationIdentifier,
  komodorApiKey,
  komodorBaseUrl,
  portBaseUrl,
  portClientId,
}: KeySpaceSettings) {
  const parts = [integrationIdentifier, komodorBaseUrl, komodorApiKey, portBaseUrl, portClientId];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, FINGERPRINT_LENGTH);
}
