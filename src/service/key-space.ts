import { createHash } from 'node:crypto';
import type { Settings } from '../config/settings.ts';

type Account = Pick<
  Settings,
  'integrationIdentifier' | 'komodorApiKey' | 'komodorBaseUrl' | 'portBaseUrl' | 'portClientId'
>;

const FINGERPRINT_LENGTH = 16;

/**
 * What the keys of this installation in Redis begin with. Replicas share their work when, and only when, they do it
 * between the same two accounts under the same name: a run of one account must never reach a worker of another. In the
 * braces, so that a cluster keeps all of it on one node.
 */
export function keySpaceOf(account: Account): string {
  return `komodor-port-{${encodeURIComponent(account.integrationIdentifier)}-${fingerprintOf(account)}}`;
}

/** Nothing can be read from it: it is a part of a digest over all of them together. */
function fingerprintOf({ integrationIdentifier, komodorApiKey, komodorBaseUrl, portBaseUrl, portClientId }: Account) {
  const parts = [integrationIdentifier, komodorBaseUrl, komodorApiKey, portBaseUrl, portClientId];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, FINGERPRINT_LENGTH);
}
