import { readdirSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { must, output } from './processes.ts';

/** The network of the pods of one lab: a bridge of the machine, and a network namespace for each pod. */
export interface PodNetwork {
  /** The machine's own address in it, under which pods reach what `openDoor` opens. */
  readonly hostAddress: string;
  /** Makes a network namespace with an address of its own. */
  join(): Promise<PodAddress>;
  close(): Promise<void>;
}

export interface PodAddress {
  readonly ip: string;
  readonly namespace: string;
  leave(): Promise<void>;
}

/** Names begin so and go on with the number of the process that made them, so that a later lab knows whose they are. */
const PREFIX = 'kplab';

export async function openNetwork(): Promise<PodNetwork> {
  await removeLeftOvers();
  const bridge = `${PREFIX}${process.pid}`;
  const subnet = freeSubnet();
  await must(['ip', 'link', 'add', bridge, 'type', 'bridge']);
  await must(['ip', 'address', 'add', `${subnet}.1/24`, 'dev', bridge]);
  await must(['ip', 'link', 'set', bridge, 'up']);
  await filter(['iptables', '-I', ...betweenPods(bridge)]);
  const taken = new Set<number>();
  let last = 1;

  function nextHost(): number {
    for (let tries = 0; tries < 253; tries++) {
      last = last === 254 ? 2 : last + 1;
      if (taken.has(last)) continue;
      taken.add(last);
      return last;
    }
    throw new Error('The lab has no address left for a pod.');
  }

  return {
    hostAddress: `${subnet}.1`,
    async join() {
      const host = nextHost();
      const namespace = `${bridge}-${host}`;
      const outer = `${bridge}v${host}`;
      const inside = ['ip', '-n', namespace];
      await must(['ip', 'netns', 'add', namespace]);
      await must(['ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace]);
      await must(['ip', 'link', 'set', outer, 'master', bridge, 'up']);
      await must([...inside, 'address', 'add', `${subnet}.${host}/24`, 'dev', 'eth0']);
      await must([...inside, 'link', 'set', 'eth0', 'up']);
      await must([...inside, 'link', 'set', 'lo', 'up']);
      return {
        ip: `${subnet}.${host}`,
        namespace,
        async leave() {
          await output(['ip', 'link', 'del', outer]);
          await output(['ip', 'netns', 'del', namespace]);
          taken.delete(host);
        },
      };
    },
    async close() {
      await filter(['iptables', '-D', ...betweenPods(bridge)]);
      await output(['ip', 'link', 'del', bridge]);
      await removeNamespacesOf(process.pid);
    },
  };
}

/** A machine without iptables filters nothing by it. */
async function filter(command: readonly string[]): Promise<void> {
  await output(command).catch(() => undefined);
}

/** Docker lets the machine drop what goes from one port of a bridge to another; this bridge is excepted from that. */
function betweenPods(bridge: string): readonly string[] {
  return ['FORWARD', '-i', bridge, '-o', bridge, '-j', 'ACCEPT'];
}

function freeSubnet(): string {
  const used = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  const subnets = Array.from({ length: 200 }, (_, index) => `10.231.${(process.pid + index) % 200}`);
  const free = subnets.find((subnet) => !used.some((address) => address.startsWith(`${subnet}.`)));
  if (free === undefined) throw new Error('The lab found no free network in 10.231.0.0/16.');
  return free;
}

function ownerOf(name: string): number | undefined {
  const [, pid] = new RegExp(`^${PREFIX}(\\d+)`).exec(name) ?? [];
  return pid === undefined ? undefined : Number(pid);
}

/** Takes away what a lab left behind that was killed. */
async function removeLeftOvers(): Promise<void> {
  const gone = (pid: number | undefined): pid is number => pid !== undefined && !isAlive(pid);
  for (const pid of new Set(namespaces().map(ownerOf).filter(gone))) await removeNamespacesOf(pid);
  for (const name of readdirSync('/sys/class/net')) {
    if (!gone(ownerOf(name))) continue;
    await output(['ip', 'link', 'del', name]);
    await filter(['iptables', '-D', ...betweenPods(name)]);
  }
}

async function removeNamespacesOf(pid: number): Promise<void> {
  for (const name of namespaces().filter((one) => ownerOf(one) === pid)) await output(['ip', 'netns', 'del', name]);
}

function namespaces(): readonly string[] {
  try {
    return readdirSync('/run/netns');
  } catch {
    return [];
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Lets pods reach what listens on 127.0.0.1 of the machine, under the same port. @returns what closes it again */
export async function openDoor(hostAddress: string, port: number): Promise<() => Promise<void>> {
  const open = new Set<Socket>();
  const server: Server = createServer((outside) => {
    const inside = createConnection(port, '127.0.0.1');
    for (const [socket, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, hostAddress, resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
}
