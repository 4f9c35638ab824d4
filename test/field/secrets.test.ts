import { afterEach, describe, expect, it as plainIt, vi } from 'vitest';
import { createLogger } from '../../src/telemetry/logger.ts';
import { runCli } from '../cli/run-cli.ts';
import { sources } from '../house/files.ts';
import { listen } from '../net/local-server.ts';
import { blueprintOf, explain, it, openHarness, problemsOf } from '../resync/harness.ts';
import { servicesMapping } from '../resync/shipped.ts';
import { worldOf } from '../resync/world-steps.ts';
import { eventOf, postEvent } from '../service/komodor-events.ts';
import { it as serviceIt } from '../service/stage.ts';
import { liveEventsDone, settled } from './service-stage.ts';

const SECRET = 'canary-of-the-log-0123456789';

/** What a logger that knows the secret writes: to the screen, and to whoever ships it. */
function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    lines.push(String(chunk));
    return true;
  });
  write(createLogger({ level: 'trace', format: 'json', secrets: [SECRET], tap: (line) => lines.push(line) }));
  return lines.join('');
}

describe('the log', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  plainIt('ocean-secret-in-extra-fields: shows no secret, neither in messages nor in fields beside them', () => {
    const text = logged((logger) => {
      logger.info(`with ${SECRET}`);
      logger.warn({ url: `https://api/${SECRET}?key=${SECRET}`, deep: { list: [{ [SECRET]: SECRET }] } }, 'extra');
      logger.child({ bound: SECRET }).error({ body: JSON.stringify({ apiKey: SECRET }) }, 'more');
    });
    expect(text.match(/"msg":"(with|extra|more)/g)).toHaveLength(6);
    expect(text).not.toContain(SECRET);
  });

  plainIt('ocean-secret-in-traceback: shows no secret of an error, its cause or its stack', () => {
    const cause = new Error(`connect to https://user:${SECRET}@host failed`);
    const error = new Error(`refused ${SECRET}`, { cause });
    const text = logged((logger) => {
      logger.error(error, 'failed');
      logger.error({ err: Object.assign(error, { config: { headers: { 'x-api-key': SECRET } } }) }, 'failed');
    });
    expect(text).toContain('refused [redacted]');
    expect(text).not.toContain(SECRET);
  });
});

describe('an address from outside', () => {
  plainIt('ocean-mapped-address-passes-filter: no answer leads the program to another host', async () => {
    const trap = await listen(() => ({ json: {} }));
    const mapped = trap.url.replace('127.0.0.1', '[::ffff:127.0.0.1]');
    const source = await listen((_, call) => ({
      status: [301, 302, 307, 308][call % 4] ?? 302,
      headers: { location: mapped },
    }));
    const harness = await openHarness({ services: 5, env: { KOMODOR_BASE_URL: source.url } });
    const report = await harness.run();
    await harness.close();
    expect(source.seen.length).toBeGreaterThan(0);
    expect(report.status).toBe('failed');
    expect(trap.seen).toEqual([]);
  });
});

describe.concurrent('an address in the data', () => {
  serviceIt(
    'ocean-mapped-address-passes-filter: an address in data or in a webhook is written down, but never visited',
    async ({ open }) => {
      const { stage, service } = await settled(open);
      const [first] = stage.world.services;
      if (first === undefined) throw new Error('An empty world');
      const address = `${stage.port.url}/trap`;
      stage.world.services[0] = { ...first, link: `${address}/link?of=a-service` };
      await postEvent(service, { ...eventOf(first), issueURL: `${address}/issue`, callback: address });
      await liveEventsDone(service);
      await service.ended((await service.request()).runId);
      stage.expectTruth();
      expect(stage.port.log.map(({ path }) => path).filter((path) => path.includes('trap'))).toEqual([]);
    },
  );
});

describe.concurrent('a mapping', () => {
  it('ocean-mapping-reads-secrets: reads nothing of the environment unless it may, and its secrets never', async ({
    start,
  }) => {
    const reading = (name: string) =>
      servicesMapping({}).replace(
        /service_id: .*/,
        `service_id: (env.${name} // $ENV.${name} // "nothing") | tostring`,
      );
    const harness = await start({ world: worldOf({}), mapping: reading('KOMODOR_API_KEY') });
    const shown = () => harness.store.entitiesOf('komodorService')[0]?.properties.service_id;
    await harness.run();
    expect(shown()).toBe('nothing');
    await harness.reopen({ mapping: reading('TEAM'), env: { TEAM: 'checkout' } });
    await harness.run();
    expect(shown()).toBe('nothing');

    const env = { ALLOW_ENV_IN_MAPPING: 'true', TEAM: 'checkout' };
    await harness.reopen({ mapping: reading('TEAM'), env });
    await harness.run();
    expect(shown()).toBe('checkout');
    for (const secret of ['KOMODOR_API_KEY', 'PORT_CLIENT_ID', 'PORT_CLIENT_SECRET']) {
      await harness.reopen({ mapping: reading(secret), env });
      await harness.run();
      expect(shown(), secret).toBe('nothing');
    }
  });

  it('k8s-exporter-logs-whole-objects: an expression that fails on an item puts the item into no log', async ({
    start,
  }) => {
    const mapping = servicesMapping({}).replace(/service_id: .*/, 'service_id: .annotations | tonumber');
    const annotations = { first: 'a'.repeat(300), password: SECRET };
    const harness = await start({ world: worldOf({ annotations }, { annotations }), mapping });
    const report = await harness.run();
    expect(problemsOf(report, 'field_failed')).toMatchObject([{ count: 2 }]);
    expect(blueprintOf(report, 'komodorService'), explain(report)).toMatchObject({ created: 2 });
    const { stdout, stderr } = await runCli(['resync'], { env: { ...harness.env, LOG_LEVEL: 'trace' } });
    for (const text of [JSON.stringify(report), stdout, stderr]) {
      expect(text).toContain('service_id');
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(annotations.first.slice(0, 60));
    }
  });
});

describe('the sources', () => {
  plainIt('ocean-pickle-cache: read nothing back from a place where everybody writes, and run no data', () => {
    const own = sources.filter(({ path }) => !path.startsWith('src/sandbox/'));
    const found = own.filter(({ text }) =>
      /\btmpdir\b|['"`]\/tmp|\bdeserialize\b|\bDeserializer\b|node:vm|(?<!\.)\beval\(|new Function\b/.test(text),
    );
    expect(own.length).toBeGreaterThan(100);
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});
