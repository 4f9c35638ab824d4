import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isExecutable } from '../../deploy/executable.ts';
import { freePort } from '../../queue/redis-server.ts';
import type { Lab } from '../global-setup.ts';
import { DIES_WITH_US, type Running, start, until } from '../processes.ts';

export const CONTROLLERS = [
  'source-controller',
  'kustomize-controller',
  'helm-controller',
  'notification-controller',
] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** Those of Flux's controllers that are not in the folder; scripts/deploy/flux-lab.sh builds them. */
export function absentControllers(tools: string): readonly Controller[] {
  return CONTROLLERS.filter((name) => !isExecutable(join(tools, name)));
}

export interface Flux {
  /** File with what a controller printed. */
  readonly logOf: (controller: Controller) => string;
  stop(): Promise<void>;
}

/**
 * Starts Flux's controllers beside the cluster, not in it: pods of theirs would need images.
 * @param hostsFile stands for /etc/hosts, as these programs know no DNS of the cluster; it may be written to later
 */
export async function startFlux(lab: Lab, tools: string, hostsFile: string): Promise<Flux> {
  const directory = join(lab.directory, 'flux');
  const storage = join(directory, 'artifacts');
  await mkdir(storage, { recursive: true });
  await mkdir(dirname(hostsFile), { recursive: true });
  await writeFile(hostsFile, '127.0.0.1 localhost\n', { flag: 'a' });
  const [artifacts, events, receiver] = [await freePort(), await freePort(), await freePort()];
  const logOf = (controller: Controller) => join(directory, `${controller}.log`);
  const eventsOption = `--events-addr=http://127.0.0.1:${events}/`;
  const options: Readonly<Record<Controller, readonly string[]>> = {
    'source-controller': [
      ...[`--storage-path=${storage}`, `--storage-addr=127.0.0.1:${artifacts}`],
      ...[`--storage-adv-addr=127.0.0.1:${artifacts}`, eventsOption, DEPENDENCIES],
    ],
    'kustomize-controller': [eventsOption, DEPENDENCIES],
    'helm-controller': [eventsOption, DEPENDENCIES],
    'notification-controller': [`--events-addr=127.0.0.1:${events}`, `--receiverAddr=127.0.0.1:${receiver}`],
  };
  const running: Running[] = [];
  // The notification controller first, which the others send their events to.
  for (const name of [...CONTROLLERS].reverse()) {
    const command = [join(tools, name), ...COMMON, ...options[name]];
    running.push(
      await start([...DIES_WITH_US, ...withHosts(hostsFile), ...command], logOf(name), {
        cwd: directory,
        env: {
          PATH: process.env.PATH,
          HOME: directory,
          TMPDIR: directory,
          KUBECONFIG: lab.kubeconfig,
          RUNTIME_NAMESPACE: 'flux-system',
        },
      }),
    );
  }
  await until('the source controller to serve artifacts', () =>
    fetch(`http://127.0.0.1:${artifacts}/`).catch(() => undefined),
  );
  return {
    logOf,
    async stop() {
      for (const one of running.reverse()) await one.stop(20_000);
    },
  };
}

const COMMON = [
  '--watch-all-namespaces',
  '--metrics-addr=127.0.0.1:0',
  '--health-addr=127.0.0.1:0',
  '--log-level=debug',
];

/** Flux waits 30 seconds before it looks again at what depends on something else. */
const DEPENDENCIES = '--requeue-dependency=2s';

/** Another /etc/hosts for this program alone. */
function withHosts(file: string): readonly string[] {
  return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', file];
}
