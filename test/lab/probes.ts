import { request } from 'node:http';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { execIn, type Prepared } from './container.ts';
import type { Container, Probe } from './pod-model.ts';

/** Many labs and tests share a machine; a late answer there is not what a probe is about. */
const PATIENCE = 5;

export interface Probed {
  readonly prepared: Prepared;
  readonly pid: number;
  readonly podIp: string;
}

/** Asks until the signal aborts, and tells each time that the verdict changes. */
export async function probe(
  what: Probe,
  target: Probed,
  signal: AbortSignal,
  tell: (succeeds: boolean, detail: string) => void,
): Promise<void> {
  let verdict: boolean | undefined;
  let inARow = 0;
  let last: boolean | undefined;
  await pause(what.initialDelaySeconds, signal);
  while (!signal.aborted) {
    const problem = await ask(what, target);
    if (signal.aborted) return;
    const succeeds = problem === undefined;
    inARow = succeeds === last ? inARow + 1 : 1;
    last = succeeds;
    if (verdict !== succeeds && inARow >= (succeeds ? what.successThreshold : what.failureThreshold)) {
      verdict = succeeds;
      tell(succeeds, problem ?? '');
    }
    await pause(what.periodSeconds, signal);
  }
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => {});
}

/** @returns what is wrong; undefined when the probe succeeds */
async function ask(what: Probe, { prepared, pid, podIp }: Probed): Promise<string | undefined> {
  const timeoutMs = what.timeoutSeconds * 1000 * PATIENCE;
  if (what.exec) {
    const { code, stderr } = await execIn(prepared, pid, what.exec.command, timeoutMs);
    return code === 0 ? undefined : `exit code ${code}: ${stderr.trim()}`;
  }
  const wanted = what.httpGet ?? what.tcpSocket;
  if (wanted === undefined) return 'The lab has probes by HTTP, TCP and exec only.';
  const port = portOf(prepared.container, wanted.port);
  return what.httpGet ? askHttp(podIp, port, what.httpGet.path, timeoutMs) : askTcp(podIp, port, timeoutMs);
}

function portOf({ ports }: Container, wanted: number | string): number {
  return typeof wanted === 'number' ? wanted : (ports.find(({ name }) => name === wanted)?.containerPort ?? 0);
}

async function askHttp(host: string, port: number, path: string, timeout: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asking = request({ host, port, path, timeout, agent: false }, (answer) => {
      answer.resume();
      const status = answer.statusCode ?? 0;
      resolve(status >= 200 && status < 400 ? undefined : `HTTP probe failed with statuscode: ${status}`);
    });
    asking.on('timeout', () => asking.destroy(new Error('no answer in time')));
    asking.on('error', (error) => resolve(error.message));
    asking.end();
  });
}

async function askTcp(host: string, port: number, timeout: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout }, () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on('timeout', () => socket.destroy(new Error('no connection in time')));
    socket.on('error', (error) => resolve(error.message));
  });
}
