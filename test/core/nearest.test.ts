import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/core/nearest.ts';

const KNOWN = ['KOMODOR_API_KEY', 'RESYNC_INTERVAL', 'ROLE', 'ADD_ONS', 'JQ_PATH', 'HTTP_PORT', 'clusters', 'severity'];

describe('nearest', () => {
  it.each([
    ['KOMODOR_APIKEY', 'KOMODOR_API_KEY'],
    ['komodor_api_key', 'KOMODOR_API_KEY'],
    ['RESYNC_INTERVALL', 'RESYNC_INTERVAL'],
    ['RESNYC_INTERVAL', 'RESYNC_INTERVAL'],
    ['RESYNC_INTRVL', 'RESYNC_INTERVAL'],
    ['ADDONS', 'ADD_ONS'],
    ['role', 'ROLE'],
    ['cluster', 'clusters'],
    ['severities', undefined],
    ['severty', 'severity'],
    ['PATH', undefined],
    ['HTTP_PROXY', undefined],
    ['ROLL', undefined],
    ['', undefined],
  ])('of %s is %s', (name, meant) => expect(nearest(name, KNOWN)).toBe(meant));

  it('is said in brackets, or not at all', () => {
    expect(didYouMean('cluster', KNOWN)).toBe(' (did you mean clusters?)');
    expect(didYouMean('whatever', KNOWN)).toBe('');
  });

  it('takes the closest of several', () => expect(nearest('abcdefg', ['abcdefhh', 'abcdefgh'])).toBe('abcdefgh'));
});
