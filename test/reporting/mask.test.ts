import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMask } from '../../src/port/reporting/mask.ts';

const SECRET = 'own-secret-äß"\\-0123456789';
const mask = createMask([SECRET]);

describe('the mask', () => {
  it.each([
    'Authorization: Bearer abcdefgh12345678',
    'GET https://user:hunter2hunter2@host/x',
    'password=hunter2hunter2&x=1',
    '{"apiKey":"hunter2hunter2"}',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefgh',
    'key AKIAABCDEFGHIJKLMNOP',
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----',
  ])('takes what looks like a credential out of %j', (text) => {
    const masked = mask.text(text);
    expect(masked).toContain('[redacted]');
    expect(masked).not.toMatch(/hunter2|abcdefgh|eyJ|AKIA|MIIEow/);
  });

  it.each([
    'Deployment/prod/default/token-service is healthy',
    'Basic probe passed',
    'https://app.komodor.com/main/services?x=1#y',
    '2026-01-01T00:00:00.000Z',
  ])('leaves %j as it is', (text) => expect(mask.text(text)).toBe(text));

  it('hides what is under a name that sounds secret, but no switch and no gap', () => {
    const item = {
      automountServiceAccountToken: true,
      accessToken: null,
      DB_PASSWORD: 'a',
      credentials: { user: 'b' },
      tokens: ['c', 'd'],
      pin_secret: 1234,
      monkey: 'stays',
      env: [
        { name: 'API_KEY', value: 'e' },
        { name: 'MODE', value: 'fast' },
      ],
    };
    expect(mask.value(item)).toEqual({
      automountServiceAccountToken: true,
      accessToken: null,
      DB_PASSWORD: '[redacted]',
      credentials: '[redacted]',
      tokens: '[redacted]',
      pin_secret: '[redacted]',
      monkey: 'stays',
      env: [
        { name: 'API_KEY', value: '[redacted]' },
        { name: 'MODE', value: 'fast' },
      ],
    });
  });

  it('lets our own secrets through nowhere, in no form', () => {
    const carriers = fc.constantFrom(SECRET, encodeURIComponent(SECRET), JSON.stringify(SECRET));
    const text = fc.tuple(fc.string(), carriers, fc.string()).map((parts) => parts.join(''));
    const anything = fc.anything({
      values: [text, fc.string(), fc.integer()],
      key: fc.oneof(text, fc.string()),
      maxDepth: 4,
    });
    fc.assert(
      fc.property(anything, (value) => {
        const masked = JSON.stringify(mask.value(value)) ?? '';
        return !masked.includes('0123456789');
      }),
    );
  });

  it('survives what nests without end', () => {
    let deep: unknown = SECRET;
    for (let level = 0; level < 5000; level += 1) deep = [deep];
    expect(JSON.stringify(mask.value(deep))).not.toContain(SECRET);
  });
});
