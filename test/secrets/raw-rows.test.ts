import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { monitorsOf } from '../../src/sandbox/world/monitors.ts';
import { runCli } from '../cli/run-cli.ts';
import { canary, leaksIn } from './canaries.ts';
import { it } from './scene.ts';

const KEYS = ['service', 'team', 'routing'].map((name) => canary(`integration key of the ${name}`, '-'));
const [serviceKey, teamKey, routingKey] = KEYS.map(({ value }) => value);
/** As good as a key: who knows the address may write there. */
const ADDRESS = canary('address of a webhook', '/services/T0/B0/');
const SECRETS_OF_SINKS = [...KEYS, ADDRESS];

/** What Komodor documents, and what it may send some day. */
const SINKS = {
  slack: ['#shop', `hooks.slack.example/${ADDRESS.value}`],
  teams: [`https://acme.webhook.office.example/${ADDRESS.value}`],
  pagerduty: [
    { channel: 'on-call', integrationKey: serviceKey, pagerDutyAccountName: 'acme' },
    { channel: 'teams', routing_key: routingKey, deep: [{ of: teamKey }] },
  ],
  genericWebhook: ['port', { name: 'lambda', url: `https://lambda.example/${ADDRESS.value}` }],
};

const MAPPING = `
resources:
  - kind: komodorMonitor
    selector: { query: 'true' }
    port:
      entity:
        mappings:
          identifier: .id
          title: 'tojson'
          blueprint: '"komodorMonitor"'
          properties:
            variables: '{ all: ., again: (.sinks | tojson), keys: [paths(scalars) | map(tostring) | join(".")] }'
            monitor_type: '.sinks | error(tojson)'
`;

describe('the raw row of a monitor, which holds keys of its sinks,', () => {
  it('tells none of them to entities of any mapping, examples, logs, reports, plans, errors', async ({ scene }) => {
    const path = join(scene.folder, 'monitors.yaml');
    writeFileSync(path, MAPPING);
    const { world, port, mirror } = scene;
    const monitors = monitorsOf(world);
    for (const [at, monitor] of monitors.entries()) monitors[at] = Object.assign({ ...monitor }, { sinks: SINKS });
    const shipped = { ...scene.env, ADD_ONS: 'monitors' };
    const own = { ...shipped, MAPPING_PATH: path, MAPPING_SOURCE: 'file' };
    const said: string[] = [];
    for (const [command, env] of [
      ['plan', shipped],
      ['resync', shipped],
      ['resync', own],
    ] as const) {
      const { stdout, stderr } = await runCli([command, '--json'], { env });
      said.push(stdout, stderr);
    }
    expect(leaksIn(said.join('\n'), SECRETS_OF_SINKS)).toEqual([]);
    const sent = mirror.received.map(({ url, body }) => `${url} ${body}`).join('\n');
    expect(leaksIn(sent, SECRETS_OF_SINKS)).toEqual([]);
    // The rest is there, or all this shows nothing.
    const examples = port.store.integrations.examples('with-secrets').get('komodorMonitor') ?? [];
    expect(examples[0]).toMatchObject({
      sinks: { pagerduty: [{ channel: 'on-call', integrationKey: '[redacted]' }, {}] },
    });
    const entities = port.store.entitiesOf('komodorMonitor');
    expect(entities.map(({ title }) => title).join()).toContain('on-call');
    expect(entities.length).toBe(monitors.length);
  });
});
