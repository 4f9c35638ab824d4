import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const MetaSchema = z.looseObject({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  deletionTimestamp: z.string().optional(),
  deletionGracePeriodSeconds: z.number().optional(),
});

/** What every object of the API server has. */
export const ObjectSchema = z.looseObject({ metadata: MetaSchema });

const ListSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  items: z.array(z.unknown()),
});
const EventSchema = z.object({ type: z.string(), object: z.unknown() });

export interface Access {
  readonly url: string;
  /** The certificate of the authority that signed the server's. */
  readonly authority: string;
  readonly token: string;
}

/** What reads objects; the API server, or manifests that no server has. */
export type Reader = Pick<Api, 'get'>;

/** An answer that says no. */
export class ApiRefusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A client of the API server, as small as the lab needs it. */
export class Api {
  readonly #access: Access;
  readonly #agent: Agent;

  constructor(access: Access) {
    this.#access = access;
    this.#agent = new Agent({ ca: access.authority, keepAlive: true });
  }

  close(): void {
    this.#agent.destroy();
  }

  async get(path: string): Promise<unknown> {
    return this.#json('GET', path);
  }

  /** Throws when the server does not say that it is ready. */
  async ready(): Promise<void> {
    await text(await this.#send('GET', '/readyz'));
  }

  async create(path: string, object: unknown): Promise<unknown> {
    return this.#json('POST', path, object);
  }

  /** Merges: an array takes the place of the one that was there. */
  async merge(path: string, change: unknown): Promise<unknown> {
    return this.#json('PATCH', path, change, 'application/merge-patch+json');
  }

  async remove(path: string, options: unknown): Promise<unknown> {
    return this.#json('DELETE', path, options);
  }

  /** Tells of every object that is there, that comes and that changes, and of each that goes, until the signal aborts. */
  async follow<T>(
    path: string,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    tell: (type: 'THERE' | 'GONE', object: T) => void,
    listed: (all: readonly T[]) => void = () => {},
  ): Promise<void> {
    const and = path.includes('?') ? '&' : '?';
    while (!signal.aborted) {
      try {
        const list = ListSchema.parse(await this.get(path));
        const all = list.items.map((item) => schema.parse(item));
        listed(all);
        for (const object of all) tell('THERE', object);
        const watch = `${path}${and}watch=true&resourceVersion=${list.metadata.resourceVersion}`;
        const answer = await this.#send('GET', watch, undefined, undefined, signal);
        for await (const line of createInterface({ input: answer })) {
          const event = EventSchema.parse(JSON.parse(line));
          // The list begins anew: what the watch knew is too old.
          if (event.type === 'ERROR') break;
          tell(event.type === 'DELETED' ? 'GONE' : 'THERE', schema.parse(event.object));
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof z.ZodError) throw error;
        await sleep(500);
      }
    }
  }

  async #json(method: string, path: string, body?: unknown, type?: string): Promise<unknown> {
    const answer = await this.#send(method, path, body, type);
    return JSON.parse(await text(answer));
  }

  async #send(
    method: string,
    path: string,
    body?: unknown,
    type = 'application/json',
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sending = request(
        new URL(path, this.#access.url),
        {
          method,
          agent: this.#agent,
          ...(signal && { signal }),
          headers: {
            authorization: `Bearer ${this.#access.token}`,
            // Node sends no length with the body of a DELETE by itself, and the server then answers 400 to what follows.
            ...(payload !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(payload) }),
          },
        },
        resolve,
      );
      sending.on('error', reject);
      sending.end(payload);
    });
    const status = answer.statusCode ?? 0;
    if (status < 400) return answer;
    throw new ApiRefusal(status, `${method} ${path} was answered ${status}: ${await text(answer)}`);
  }
}
