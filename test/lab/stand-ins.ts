import { afterAll, beforeAll, inject } from 'vitest';
import { type StandIns, startStandIns } from '../../src/cli/stand-ins.ts';
import type { Namespace } from './lab.ts';
import { openDoor } from './network.ts';

/** The stand-ins for Komodor and Port, where pods reach them. */
export interface Outside {
  /** Makes a Secret with the credentials. */
  giveCredentials(namespace: Namespace, secret: string): Promise<void>;
  /** Settings with which the service uses them, without the credentials. */
  settings(): Readonly<Record<string, string>>;
  /** Values of the chart with which the service uses them, with the credentials in a Secret of this name. */
  values(secret: string): Readonly<Record<string, unknown>>;
  /** How many entities of a blueprint Port has. */
  entitiesOf(blueprint: string): number;
}

const SERVICES = 30;

/** Starts stand-ins for the tests of a file, and ends them after the last one. */
export function useOutside(): Outside {
  let standIns: StandIns | undefined;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const world = { seed: 1, services: SERVICES, risksPerService: 1, clusters: 2 };
    standIns = await startStandIns({ ...world, latencyMs: 0, komodorPort: 0, portPort: 0, faults: [] });
    closing.push(() => standIns?.close() ?? Promise.resolve());
    const { hostAddress } = inject('lab');
    for (const { port } of [standIns.komodor, standIns.port]) closing.push(await openDoor(hostAddress, port));
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  function setting(name: string): string {
    const value = standIns?.environment[name];
    if (value === undefined) throw new Error(`The stand-ins told no ${name}.`);
    return value.replace('127.0.0.1', inject('lab').hostAddress);
  }

  return {
    async giveCredentials(namespace, secret) {
      const names = ['KOMODOR_API_KEY', 'PORT_CLIENT_ID', 'PORT_CLIENT_SECRET'];
      const keys = names.map((name) => `--from-literal=${name}=${setting(name)}`);
      await namespace.must('kubectl', ['create', 'secret', 'generic', secret, ...keys]);
    },
    settings: () => ({ PORT_BASE_URL: setting('PORT_BASE_URL'), KOMODOR_BASE_URL: setting('KOMODOR_BASE_URL') }),
    values: (secret) => ({
      existingSecret: secret,
      port: { baseUrl: setting('PORT_BASE_URL') },
      integration: { identifier: 'lab' },
      settings: { KOMODOR_BASE_URL: setting('KOMODOR_BASE_URL') },
    }),
    entitiesOf: (blueprint) => standIns?.port.store.entitiesOf(blueprint).length ?? 0,
  };
}
