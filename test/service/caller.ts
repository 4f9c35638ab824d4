import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { runReportSchema } from '../../src/server/report-schema.ts';
import { runListSchema, ticketSchema } from '../../src/server/run-schemas.ts';

export type Ticket = z.infer<typeof ticketSchema>;
export type RunLine = z.infer<typeof runListSchema>['runs'][number];
export type Report = z.infer<typeof runReportSchema>;

interface ServiceResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const FINISHED = ['completed', 'degraded', 'blocked', 'failed', 'aborted'];

/** Somebody who talks to a service over HTTP. */
export class Caller {
  readonly url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ServiceResponse> {
    const isText = typeof body === 'string';
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        authorization: `Bearer ${this.#token}`,
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  /** POST /v1/runs. Throws unless it was accepted. */
  async request(body: unknown = {}): Promise<Ticket> {
    return ticketOf(await this.call('POST', '/v1/runs', body));
  }

  /** The latest runs, newest first. */
  async runs(): Promise<readonly RunLine[]> {
    const { status, text } = await this.call('GET', '/v1/runs?limit=200');
    if (status !== 200) throw new Error(`Answered ${status}: ${text}`);
    return runListSchema.parse(JSON.parse(text)).runs;
  }

  /** Waits until a run has ended. @returns its report */
  async ended(runId: string, forMs?: number): Promise<Report> {
    let text = '';
    await until(async () => {
      text = (await this.call('GET', `/v1/runs/${runId}`)).text;
      return FINISHED.includes(z.looseObject({ status: z.string().optional() }).parse(JSON.parse(text)).status ?? '');
    }, forMs);
    return runReportSchema.parse(JSON.parse(text));
  }

  /** Waits until so many runs have ended and none is left. @returns all, oldest first */
  async settled(count = 1, forMs?: number): Promise<readonly RunLine[]> {
    let found: readonly RunLine[] = [];
    await until(async () => {
      found = await this.runs();
      return found.length >= count && found.every(({ status }) => FINISHED.includes(status));
    }, forMs);
    return found.toReversed();
  }

  /** Waits until a run is under way. */
  async running(): Promise<RunLine> {
    let found: RunLine | undefined;
    await until(async () => {
      found = (await this.runs()).find(({ status }) => status === 'running');
      return found !== undefined;
    });
    if (found === undefined) throw new Error('No run');
    return found;
  }

  async metrics(): Promise<string> {
    return (await this.call('GET', '/metrics')).text;
  }

  /** The events of a run until the stream ends. */
  async events(runId: string): Promise<readonly { readonly event: string; readonly data: unknown }[]> {
    const { text } = await this.call('GET', `/v1/runs/${runId}/events`);
    return text.split('\n\n').flatMap((block) => {
      const [, event] = /^event: (.+)$/m.exec(block) ?? [];
      const [, data] = /^data: (.+)$/m.exec(block) ?? [];
      return event === undefined || data === undefined ? [] : [{ event, data: JSON.parse(data) }];
    });
  }
}

/** Waits until something is so; asks seldom enough for the service's rate limits. */
export async function until(isSo: () => boolean | Promise<boolean>, forMs = 90_000): Promise<void> {
  const deadline = Date.now() + forMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Waited ${forMs} ms in vain for: ${isSo}`);
    await sleep(70);
  }
}

/** The ticket in an answer. Throws unless the request was accepted. */
export function ticketOf({ status, text }: ServiceResponse): Ticket {
  if (status !== 202) throw new Error(`Answered ${status}: ${text}`);
  return ticketSchema.parse(JSON.parse(text));
}

/** The value of a metric with exactly these labels; undefined when there is none. */
export function metricOf(metrics: string, name: string): number | undefined {
  const line = metrics.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}
