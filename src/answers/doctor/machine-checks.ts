import { createServer } from 'node:net';
import type { OfflineSettings } from '../../config/settings.ts';
import { messageOf } from '../../core/errors.ts';
import type { JqRunner } from '../../mapping/jq-runner.ts';
import { type Finding, failed, ok, warning } from './check.ts';

/** Whether jq does what it should: it is run once. @throws AppError when there is none that can be used */
export async function jqFinding(jq: () => Promise<JqRunner>, signal: AbortSignal): Promise<Finding> {
  const { binary, run } = await jq();
  const { version, flavour, from, path } = binary;
  const what = `${version} (${flavour}, from ${from}${flavour === 'native' ? `, ${path}` : ''})`;
  const outcome = await run('.a + 1', '{"a":1}\n', { deadlineMs: 10_000, signal });
  if (!outcome.ok || outcome.stdout.trim() !== '2') {
    const why = outcome.ok ? `1 + 1 gave ${outcome.stdout.trim().slice(0, 80)}` : outcome.message;
    return failed(`${what} does not work: ${why}`, 'Set JQ_PATH to a jq 1.8 or newer.');
  }
  if (flavour === 'wasm')
    return ok(
      `${what} works; a native jq would be faster`,
      'Install jq 1.8 or newer where PATH finds it, if runs take too long.',
    );
  return ok(`${what} works`);
}

const MIB = 1024 * 1024;
/** A resync of 20,000 entities needs about 240 MiB (docs/performance.md). */
const ENOUGH_MIB = 256;
/** jq and buffers need memory beside the heap. */
const HEAP_SHARE = 0.75;

/** How much memory there is. */
export interface MemoryLimits {
  /** Of the container or the machine, in bytes; undefined: no limit. */
  readonly limit: number | undefined;
  /** Of the JavaScript heap, in bytes. */
  readonly heap: number;
}

export function memoryFinding({ limit, heap }: MemoryLimits): Finding {
  const heapMib = Math.round(heap / MIB);
  const limitMib = limit === undefined ? undefined : Math.round(limit / MIB);
  const fitting = Math.floor((limitMib ?? 0) * HEAP_SHARE);
  if (limitMib !== undefined && limitMib < ENOUGH_MIB) {
    return warning(
      `the limit is ${limitMib} MiB; a resync of 20,000 entities needs about 240`,
      'Give the container 512 MiB (docs/container.md).',
    );
  }
  if (heapMib < ENOUGH_MIB / 2) {
    return warning(
      `the JavaScript heap may have only ${heapMib} MiB`,
      'Raise --max-old-space-size in NODE_OPTIONS, or take it out.',
    );
  }
  if (limitMib !== undefined && heapMib > limitMib * 0.95) {
    return warning(
      `the JavaScript heap may grow to ${heapMib} MiB, but the limit is ${limitMib} MiB: a large run could be killed`,
      `Set NODE_OPTIONS=--max-old-space-size=${fitting}, three quarters of the limit.`,
    );
  }
  return ok(`${limitMib === undefined ? 'no limit' : `limit ${limitMib} MiB`}, JavaScript heap up to ${heapMib} MiB`);
}

/** Whether the service could listen. @param isListening this process is the service, and listens already */
export async function httpPortFinding(
  { httpHost, httpPort, eventListener }: OfflineSettings,
  isListening: boolean,
  signal: AbortSignal,
): Promise<Finding> {
  const where = `${httpHost}, port ${httpPort}`;
  if (isListening) return ok(`this service listens on ${where}`);
  if (eventListener === 'ONCE') return ok('not needed with EVENT_LISTENER=ONCE');
  let problem = await tryToListen(httpHost, httpPort);
  // As the service does: `::` also takes IPv4, and a machine without IPv6 needs 0.0.0.0 instead.
  if (httpHost === '::' && (problem === 'EAFNOSUPPORT' || problem === 'EADDRNOTAVAIL'))
    problem = await tryToListen('0.0.0.0', httpPort);
  if (problem === undefined) return ok(`${where} is free`);
  if (problem !== 'EADDRINUSE')
    return failed(
      `cannot listen on ${where} (${problem})`,
      'Set HTTP_HOST and HTTP_PORT to an address that this user may listen on.',
    );
  const version = await versionListening(httpHost, httpPort, signal);
  if (version !== undefined) return ok(`komodor-port ${version} listens on ${where} already`);
  return failed(
    `another program listens on ${where}: the service could not start`,
    'Set HTTP_PORT to a free port, or stop that program.',
  );
}

/** The code of the error, if there is one. Listens for a moment only. */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve('code' in error ? String(error.code) : messageOf(error)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** The version of the komodor-port that listens there; undefined when it is something else. */
async function versionListening(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  try {
    const answer = await fetch(`http://${name.includes(':') ? `[${name}]` : name}:${port}/health/live`, { signal });
    const body: unknown = await answer.json();
    if (typeof body !== 'object' || body === null || !('check' in body) || !('version' in body)) return undefined;
    return body.check === 'live' && typeof body.version === 'string' ? body.version : undefined;
  } catch {
    return undefined;
  }
}
