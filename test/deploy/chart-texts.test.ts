import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { CHART } from './chart.ts';
import { describeWith, ROOT, run } from './tools.ts';

/** What YAML reads as a boolean, a number or nothing when it stands without quotes: names of namespaces, Secrets, keys. */
const TEXTS = ['on', '0123', '1e3', 'null', '~'];

const schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  pattern: z.string().optional(),
  const: z.unknown().optional(),
  get properties() {
    return z.record(z.string(), schema).optional();
  },
});
type Schema = z.infer<typeof schema>;

/** All values of the chart: this text where any text may stand, and every switch on. */
function fill(one: Schema, text: string): unknown {
  if (one.enum || one.pattern || one.const !== undefined) return undefined;
  if (one.properties)
    return Object.fromEntries(
      Object.entries(one.properties).flatMap(([name, child]) => {
        const value = fill(child, text);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  if (one.type === 'string') return text;
  return one.type === 'boolean' ? true : undefined;
}

const SCHEMA = schema.parse(JSON.parse(readFileSync(join(ROOT, CHART, 'values.schema.json'), 'utf8')));

describeWith(['helm4'], 'a text that YAML reads as something else', () => {
  // A Secret of these values, and one from a store or of somebody else, cannot have the same name. The catalog is one folder.
  it.each(
    TEXTS.flatMap((text) => [
      [
        text,
        'in the values',
        { 'externalSecret.enabled': false, existingSecret: '', 'catalog.gitSync.enabled': false },
      ] as const,
      [
        text,
        'elsewhere',
        {
          ...{ 'port.clientId': '', 'port.clientSecret': '', 'redis.url': '', 'notify.url': '', existingSecret: text },
          'catalog.existingConfigMap': '',
        },
      ] as const,
    ]),
  )('%s stays a text, with the credentials %s', async (text, _, changes) => {
    const sets = Object.entries(changes).flatMap(([path, value]) => [
      typeof value === 'string' ? '--set-string' : '--set',
      `${path}=${value}`,
    ]);
    const { code, stdout, stderr } = await run(
      'helm4',
      ['template', 'komodor-port', CHART, '--namespace', '0123', '--values', '-', ...sets],
      { stdin: JSON.stringify(fill(SCHEMA, text)) },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
    expect(stdout).toContain(`"${text}"`);
    const bare = stdout.split('\n').filter((line) => line.endsWith(` ${text}`) || line.endsWith(' 0123'));
    expect(bare).toEqual([]);
  });
});
