import type { PortOptions, PortSandbox } from '../../src/sandbox/port/server.ts';
import { startPort } from '../../src/sandbox/port/server.ts';

export interface PortResponse {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

export interface PortClient {
  readonly port: PortSandbox;
  /** Sends one request under `/v1` with the token; `as` is the User-Agent. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<PortResponse>;
}

export const CREDENTIALS = { clientId: 'id', clientSecret: 'secret' };

export const SERVICE = {
  identifier: 'service',
  title: 'Service',
  schema: {
    properties: {
      status: { type: 'string', enum: ['healthy', 'unhealthy'] },
      replicas: { type: 'number', minimum: 0 },
      live: { type: 'boolean' },
      labels: { type: 'object' },
      tags: { type: 'array', items: { type: 'string' } },
      link: { type: 'string', format: 'url' },
      deployedAt: { type: 'string', format: 'date-time' },
    },
    required: [],
  },
};
export const RISK = {
  identifier: 'risk',
  title: 'Risk',
  schema: { properties: { severity: { type: 'string' } }, required: ['severity'] },
  relations: { service: { target: 'service' }, others: { target: 'service', many: true } },
};
/** Cannot be without its service. */
const POD = {
  identifier: 'pod',
  title: 'Pod',
  schema: { properties: {} },
  relations: { service: { target: 'service', required: true } },
};
export const BLUEPRINTS = [SERVICE, RISK, POD];

export async function request(url: string, init: RequestInit = {}): Promise<PortResponse> {
  const response = await fetch(url, init);
  const body: unknown = await response.json().catch(() => ({}));
  return { status: response.status, body: Object(body), headers: response.headers };
}

/** A stand-in with three blueprints, and a client that is signed in. */
export async function openPort(options: Partial<PortOptions> = {}): Promise<PortClient> {
  const port = await startPort({ ...CREDENTIALS, initial: { blueprints: BLUEPRINTS }, ...options });
  const token = await signIn(port.url);
  return {
    port,
    send: (method, path, body, headers = {}) =>
      request(`${port.url}/v1${path}`, {
        method,
        headers: {
          'user-agent': 'test/1',
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  };
}

export async function signIn(url: string): Promise<string> {
  const answer = await request(`${url}/v1/auth/access_token`, { method: 'POST', body: JSON.stringify(CREDENTIALS) });
  return String(answer.body.accessToken);
}
