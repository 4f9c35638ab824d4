import { connect, createServer, type Server, type Socket } from 'node:net';
import { describe, expect, onTestFinished } from 'vitest';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { until } from './caller.ts';
import { it, type Stage } from './stage.ts';

/** A place where connections are refused until it is opened; from then on they go through. */
interface Gate {
  readonly url: string;
  open(): Promise<void>;
}

async function gateTo(target: string): Promise<Gate> {
  const { hostname, port, pathname } = new URL(target);
  const sockets = new Set<Socket>();
  const reserved = await listening(createServer(), 0);
  const own = portOf(reserved);
  await new Promise((resolve) => reserved.close(resolve));
  return {
    url: `http://127.0.0.1:${own}${pathname}`,
    async open() {
      const server = createServer((socket) => {
        const onward = connect(Number(port), hostname);
        for (const end of [socket, onward]) {
          sockets.add(end);
          end.on('error', () => end.destroy()).on('close', () => sockets.delete(end));
        }
        socket.pipe(onward).pipe(socket);
      });
      await listening(server, own);
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy();
        server.close();
      });
    },
  };
}

function listening(server: Server, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Gates before both hosts of a stage, and the settings that lead through them. */
async function behindGates({ komodor, port }: Stage) {
  const gates = [await gateTo(komodor.apiUrl), await gateTo(port.url)];
  const [komodorGate, portGate] = gates;
  return {
    env: { KOMODOR_BASE_URL: komodorGate?.url ?? '', PORT_BASE_URL: portGate?.url ?? '' },
    open: () => Promise.all(gates.map((gate) => gate.open())),
  };
}

describe('a network that is not there yet', () => {
  it.for([
    ['in process', {}],
    ['ONCE', { EVENT_LISTENER: 'ONCE' }],
  ] as const)('is waited for by the first run, which says so: %s', async ([, env], { open }) => {
    const stage = await open();
    const network = await behindGates(stage);
    const running = await stage.process({ ...network.env, ...env });
    await until(() => running.output().includes('waiting for the network'), 30_000);
    expect(running.output()).toMatch(/cannot be reached \(ECONNREFUSED\)/);
    await network.open();
    await until(stage.isTrue, 30_000);
    if ('EVENT_LISTENER' in env) expect((await running.ended()).code, running.output()).toBe(0);
    expect(running.output()).not.toContain('"status":"failed"');
  });

  it.for([
    ['in process', false],
    ['with Redis', true],
  ] as const)('a run that did not get it in time comes back soon: %s', async ([, onRedis], { open, skip }) => {
    skip(onRedis && withoutOwnRedis !== undefined);
    const stage = await open();
    const network = await behindGates(stage);
    const redis = onRedis ? await stage.redis() : undefined;
    await redis?.start();
    const running = await stage.process({
      ...network.env,
      START_PATIENCE_SECONDS: '0',
      ...(redis ? { REDIS_URL: redis.url } : {}),
    });
    await until(() => running.output().includes('The failed run is tried again in'), 30_000);
    await network.open();
    await until(stage.isTrue, 40_000);
  });

  it('is not waited for longer than the setting says', async ({ open }) => {
    const stage = await open();
    const network = await behindGates(stage);
    const once = await stage.process({ ...network.env, EVENT_LISTENER: 'ONCE', START_PATIENCE_SECONDS: '1' });
    expect((await once.ended()).code).toBe(1);
    expect(once.output()).toContain('port_unreachable');
  });
});
