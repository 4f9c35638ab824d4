import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeIdentifier } from '../../src/core/identifier.ts';
import { redactor } from '../../src/core/redact.ts';
import { canary, echoed, leaksIn } from '../secrets/canaries.ts';

const any = fc.string({ unit: 'binary' });

describe('the redactor', () => {
  it('finds a secret that has become an identifier, alone and inside a JSON text', () => {
    const secret = 'two words"&\\n<~>';
    const identifier = encodeIdentifier(secret);
    expect(identifier).not.toBe(secret);
    const redact = redactor([secret]);
    expect(redact(`Deployment-${identifier}`)).toBe('Deployment-[redacted]');
    expect(redact(JSON.stringify({ identifier }))).toBe('{"identifier":"[redacted]"}');
  });

  it('leaves no half of a secret, in whatever form and between whatever else it stands', () => {
    fc.assert(
      fc.property(any, any, fc.string(), (before, after, middle) => {
        const secret = canary('redacted', middle);
        const redact = redactor([secret.value]);
        const { value } = secret;
        const forms = [
          value,
          JSON.stringify({ value }),
          JSON.stringify({ text: JSON.stringify({ value }) }),
          new URLSearchParams({ value }).toString(),
          Buffer.from(before + value + after).toString('base64'),
          Buffer.from(before + value + after).toString('base64url'),
          echoed([secret]),
        ];
        expect(leaksIn(forms.map((form) => redact(`${before} ${form} ${after}`)).join(' '), [secret])).toEqual([]);
      }),
    );
  });

  it('leaves every other text alone', () => {
    fc.assert(
      fc.property(any, (text) => {
        expect(redactor([canary('another').value, 'abc', undefined, ''])(text)).toBe(text);
      }),
    );
  });

  it('takes out the longer of two secrets of which one begins with the other', () => {
    expect(redactor(['secret', 'secret-and-more'])('a secret-and-more b secret')).toBe('a [redacted] b [redacted]');
  });
});
