import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { signatureOf } from '../../src/notify/body.ts';

const code = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/notify.md', 'utf8'))?.[1] ?? '';

it('docs/notify.md has a verifier of ten lines that tells our signature from others', async () => {
  expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
  const { isFromKomodorPort } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const body = JSON.stringify({ text: 'naïve ✓', at: new Date().toISOString() });
  const old = JSON.stringify({ text: 'naïve ✓', at: '2020-01-01T00:00:00Z' });
  const check = (text: string, signature: string | undefined) => isFromKomodorPort(text, signature, 'secret');
  expect(check(body, signatureOf(body, 'secret'))).toBe(true);
  expect(check(body, signatureOf(body, 'another'))).toBe(false);
  expect(check(`${body} `, signatureOf(body, 'secret'))).toBe(false);
  expect(check(body, undefined)).toBe(false);
  expect(check(old, signatureOf(old, 'secret'))).toBe(false);
});
