import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import type { FaultAction } from '../../src/sandbox/faults.ts';
import { SCENARIOS, type Scenario, setUpWith } from './setup-stage.ts';

/** Each call of a set-up meets each of these, at every request or at its first one. */
const FAULTS: readonly { readonly name: string; readonly action: FaultAction; readonly once: boolean }[] = [
  ...[404, 409, 422, 429, 500].map((status) => ({
    name: String(status),
    action: { type: 'status', status } as const,
    once: false,
  })),
  { name: 'reset', action: { type: 'reset' }, once: false },
  { name: 'slow', action: { type: 'slow', ms: 30 }, once: false },
  { name: '404 once', action: { type: 'status', status: 404 }, once: true },
  { name: 'answer lost once', action: { type: 'lost', end: 'reset' }, once: true },
];

type Ended = Awaited<ReturnType<typeof setUpWith>>;

/** How a set-up ended, line by line: what it says, and what Port holds then. */
function outcomeOf(ended: Ended): readonly string[] {
  // What of the rest is done by then is left open: the next run does it.
  if ('failure' in ended) return [`fails: ${withoutStatus(ended.failure)}`];
  const { problems, setup, stored } = ended;
  const blueprints = stored.blueprints.map((one) => {
    const { schema, relations, mirrorProperties, calculationProperties } = one;
    const parts = { ...schema.properties, ...relations, ...mirrorProperties, ...calculationProperties };
    return `Port has ${one.identifier}(${Object.keys(parts).join(' ')})`;
  });
  const { version, processingMode, arePortResourcesInitialized, config } = stored.integration;
  return [
    ...problems.map(withoutStatus),
    ...setup.map(({ what, identifier }) => `would write ${what} ${identifier}`),
    ...blueprints.sort(),
    `integration ${JSON.stringify({ version, processingMode, arePortResourcesInitialized })} ${JSON.stringify(config)?.length}`,
  ];
}

function withoutStatus(message: string): string {
  return message
    .replace(/Port answered \d+ \([^)]*\) to (\S+ \S+)/, '$1 went wrong')
    .replace(/the connection to Port broke before the answer to (\S+ \S+) was whole \(ECONNRESET\)/, '$1 went wrong');
}

/** What is different, with how often. */
function comparedWith(usual: readonly string[], now: readonly string[]): string {
  if (now[0]?.startsWith('fails')) return `  ${now[0]}`;
  const count = (lines: readonly string[], line: string) => lines.filter((one) => one === line).length;
  const times = (number: number, line: string) => (number === 1 ? line : `${number} times ${line}`);
  const lines = [...new Set([...now, ...usual])].flatMap((line) => {
    const more = count(now, line) - count(usual, line);
    return more === 0 ? [] : [more > 0 ? `  + ${times(more, line)}` : `  - ${times(-more, line)}`];
  });
  return lines.length === 0 ? '  as usual' : lines.join('\n');
}

/** One scenario as a text: how it usually ends, and for each call what is different with each fault. */
async function tableOf(scenario: Scenario): Promise<string> {
  const undisturbed = await setUpWith(scenario);
  const usual = outcomeOf(undisturbed);
  const lines = [`# ${scenario}`, ...usual];
  for (const call of [...new Set(undisturbed.calls)].sort()) {
    const faults = new Map<string, string[]>();
    const ended = await Promise.all(FAULTS.map(({ action, once }) => setUpWith(scenario, { call, action, once })));
    for (const [at, { name }] of FAULTS.entries()) {
      const different = comparedWith(usual, outcomeOf(ended[at] ?? undisturbed));
      faults.set(different, [...(faults.get(different) ?? []), name]);
    }
    for (const [different, names] of faults) lines.push('', `${call}: ${names.join(', ')}`, different);
  }
  return `${lines.join('\n')}\n`;
}

describe.concurrent('setting up Port', () => {
  for (const scenario of SCENARIOS) {
    it(`ends the same for each fault of each call: ${scenario}`, async ({ expect }) => {
      const file = `./setup-faults/${scenario.replaceAll(/[^a-z]+/g, '-')}.txt`;
      await expect(await tableOf(scenario)).toMatchFileSnapshot(fileURLToPath(new URL(file, import.meta.url)));
    });
  }
});
