import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from './api.ts';
import { makeCertificates } from './certificates.ts';
import { isAlive, openDoor, openNetwork, type PodNetwork } from './network.ts';
import { DIES_WITH_US, type Ending, type Running, start, until } from './processes.ts';

/** A control plane that runs on this machine: nodes and what runs on them are somebody else's. */
export interface Cluster {
  /** For kubectl and Helm. */
  readonly kubeconfig: string;
  /** A temporary folder that goes with the cluster. */
  readonly directory: string;
  readonly url: string;
  /** The certificate of the authority that signed the server's. */
  readonly authority: string;
  /** The token of somebody who may do everything. */
  readonly token: string;
  /** Where etcd listens for clients. */
  readonly etcd: string;
  readonly api: Api;
  readonly network: PodNetwork;
  /** Ends everything, newest first. */
  stop(): Promise<void>;
}

const PREFIX = 'komodor-port-lab-';
const PATIENCE_SECONDS = 180;

/** Starts etcd, the API server, the controllers and the scheduler on free ports, and waits until they work. */
export async function startCluster(program: string): Promise<Cluster> {
  removeFoldersOfTheDead();
  const directory = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const cleanUp: (() => unknown)[] = [() => rmSync(directory, { recursive: true, force: true })];
  async function stop(): Promise<void> {
    for (const step of cleanUp.splice(0).reverse()) await step();
  }
  try {
    return await startIn(directory, program, cleanUp, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startIn(
  directory: string,
  program: string,
  cleanUp: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<Cluster> {
  const network = await openNetwork();
  cleanUp.push(() => network.close());
  const certificates = join(directory, 'certificates');
  await mkdir(certificates);
  const authority = await makeCertificates(certificates, ['127.0.0.1', network.hostAddress]);
  const ports = await freePorts();
  const token = randomUUID();
  const url = `https://127.0.0.1:${ports.server}`;
  const kubeconfig = join(directory, 'kubeconfig.json');
  await writeFile(join(certificates, 'tokens.csv'), `${token},admin,admin,system:masters\n`);
  await writeFile(kubeconfig, JSON.stringify(kubeconfigFor(url, authority, token)));
  const api = new Api({ url, authority, token });
  cleanUp.push(() => api.close());

  async function startPart(name: string, options: readonly string[]): Promise<Part> {
    const log = join(directory, `${name}.log`);
    const running = await start([...DIES_WITH_US, program, name, ...options], log, { cwd: certificates });
    cleanUp.push(() => running.stop(10_000));
    return { name, log, running };
  }

  const etcd = await startPart('etcd', etcdOptions(join(directory, 'etcd'), ports));
  const server = await startPart('kube-apiserver', serverOptions(ports));
  await untilReady(api, [etcd, server]);
  cleanUp.push(await openDoor(network.hostAddress, ports.server));
  const common = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
  const controllers = await startPart('kube-controller-manager', [...common, ...CONTROLLERS]);
  const scheduler = await startPart('kube-scheduler', common);
  await untilControlled(api, [etcd, server, controllers, scheduler]);
  return { kubeconfig, directory, url, authority, token, etcd: httpAt(ports.client), api, network, stop };
}

function etcdOptions(directory: string, { client, peer }: Ports): readonly string[] {
  return [
    ...[
      `--data-dir=${directory}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
      `--initial-cluster=default=${httpAt(peer)}`,
    ],
    ...[`--listen-client-urls=${httpAt(client)}`, `--advertise-client-urls=${httpAt(client)}`],
    ...[`--listen-peer-urls=${httpAt(peer)}`, `--initial-advertise-peer-urls=${httpAt(peer)}`],
    // A machine that is busy for a second is no reason to elect a leader anew.
    ...['--heartbeat-interval=500', '--election-timeout=5000'],
  ];
}

function httpAt(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** File names are those of `makeCertificates`, in whose folder it runs. */
function serverOptions({ client, server }: Ports): readonly string[] {
  return [
    ...[`--etcd-servers=http://127.0.0.1:${client}`, `--secure-port=${server}`, '--bind-address=127.0.0.1'],
    ...['--advertise-address=127.0.0.1', '--endpoint-reconciler-type=none', '--service-cluster-ip-range=10.96.0.0/16'],
    ...['--cert-dir=.', '--tls-cert-file=tls.crt', '--tls-private-key-file=tls.key', '--client-ca-file=ca.crt'],
    ...['--token-auth-file=tokens.csv', '--authorization-mode=RBAC'],
    ...['--service-account-issuer=https://kubernetes.default.svc', '--service-account-key-file=sa.pub'],
    '--service-account-signing-key-file=sa.key',
  ];
}

const CONTROLLERS = [
  '--service-account-private-key-file=sa.key',
  '--root-ca-file=ca.crt',
  // The node of the lab sends no heartbeats.
  '--controllers=*,-node-lifecycle-controller',
];

interface Ports {
  readonly client: number;
  readonly peer: number;
  readonly server: number;
}

interface Part {
  readonly name: string;
  readonly log: string;
  readonly running: Running;
}

async function untilReady(api: Api, parts: readonly Part[]): Promise<void> {
  await waitFor('the API server to be ready', parts, async () => {
    await api.ready();
    return true;
  });
}

/** The controllers work when a namespace has got its service account. */
async function untilControlled(api: Api, parts: readonly Part[]): Promise<void> {
  await waitFor('the controllers to work', parts, async () => {
    await api.get('/api/v1/namespaces/default/serviceaccounts/default');
    await api.get('/api/v1/namespaces/default/configmaps/kube-root-ca.crt');
    return true;
  });
}

async function waitFor(what: string, parts: readonly Part[], ask: () => Promise<boolean>): Promise<void> {
  let last: unknown;
  const ended = parts.map(async ({ name, log, running }) => failure(name, log, await running.ended));
  const asking = until(
    what,
    () =>
      ask().catch((error: unknown) => {
        last = error;
        return undefined;
      }),
    PATIENCE_SECONDS,
    () => String(last),
  );
  const outcome = await Promise.race([asking, ...ended]);
  if (outcome instanceof Error) throw outcome;
}

async function failure(name: string, log: string, { exitCode }: Ending): Promise<Error> {
  const lines = await readFile(log, 'utf8').catch(() => '');
  return new Error(`${name} ended with exit code ${exitCode}:\n${lines.split('\n').slice(-15).join('\n')}`);
}

/** Ports that were free a moment ago; all three are held until the last is known, so that they differ. */
async function freePorts(): Promise<Ports> {
  const held = await Promise.all([holdPort(), holdPort(), holdPort()]);
  await Promise.all(held.map(({ release }) => release()));
  const [client, peer, server] = held;
  return { client: client.port, peer: peer.port, server: server.port };
}

async function holdPort(): Promise<{ readonly port: number; readonly release: () => Promise<void> }> {
  const server = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
    });
  });
  return { port, release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** JSON is YAML, too. */
function kubeconfigFor(server: string, authority: string, token: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'admin' } }],
    clusters: [
      { name: 'lab', cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') } },
    ],
    users: [{ name: 'admin', user: { token } }],
  };
}

/** The processes of a lab that was killed end with it; its folder stays until the next one begins. */
function removeFoldersOfTheDead(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
