import { describe, expect, it } from 'vitest';
import { keySpaceOf } from '../../src/service/key-space.ts';

const ACCOUNT = {
  integrationIdentifier: 'my-komodor-integration',
  komodorApiKey: 'canary-komodor-key',
  komodorBaseUrl: 'https://api.komodor.com/api/v2',
  portBaseUrl: 'https://api.port.io/v1',
  portClientId: 'canary-client-id',
};

describe('the key space in Redis', () => {
  it.each(Object.keys(ACCOUNT))('is another one when %s differs', (name) => {
    expect(keySpaceOf({ ...ACCOUNT, [name]: `${Object(ACCOUNT)[name]}2` })).not.toBe(keySpaceOf(ACCOUNT));
  });

  it('is another one when two parts are divided differently', () => {
    const one = keySpaceOf({ ...ACCOUNT, komodorBaseUrl: 'ab', komodorApiKey: 'c' });
    expect(keySpaceOf({ ...ACCOUNT, komodorBaseUrl: 'a', komodorApiKey: 'bc' })).not.toBe(one);
  });

  it('shows the identifier and no secret, in one hash tag', () => {
    expect(keySpaceOf(ACCOUNT)).toMatch(/^komodor-port-\{my-komodor-integration-[0-9a-f]{16}\}$/);
    expect(keySpaceOf({ ...ACCOUNT, integrationIdentifier: 'a{b}:c' })).toMatch(
      /^komodor-port-\{a%7Bb%7D%3Ac-[0-9a-f]{16}\}$/,
    );
  });
});
