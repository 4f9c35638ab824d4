import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  type KubernetesOptions,
  type KubernetesStandIn,
  startKubernetes,
} from '../../../src/sandbox/kubernetes/start-kubernetes.ts';
import { type Access, type Answer, type Call, open, send } from './send.ts';

const ListSchema = z.looseObject({
  metadata: z.looseObject({
    resourceVersion: z.string(),
    continue: z.string().optional(),
    remainingItemCount: z.number().optional(),
  }),
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })),
});
const EventSchema = z.looseObject({
  type: z.string(),
  object: z.looseObject({
    metadata: z.looseObject({ name: z.string().optional(), resourceVersion: z.string().optional() }),
  }),
});
export type WatchEvent = z.infer<typeof EventSchema>;

/** Starts a stand-in that ends with the test. */
export async function openKubernetes(options: KubernetesOptions = {}): Promise<KubernetesCaller> {
  const standIn = await startKubernetes(options);
  onTestFinished(() => standIn.close());
  return new KubernetesCaller(standIn);
}

/** Calls a stand-in with real requests. */
export class KubernetesCaller {
  readonly standIn: KubernetesStandIn;

  constructor(standIn: KubernetesStandIn) {
    this.standIn = standIn;
  }

  /** With the stand-in's own token when none is named; null for none. */
  async call({ token, ...call }: Call & { readonly token?: string | null }): Promise<Answer> {
    return send(this.#access(token), call);
  }

  async list(path: string) {
    const { status, body } = await this.call({ path });
    if (status !== 200) throw new Error(`${path} was answered ${status}: ${JSON.stringify(body)}`);
    return ListSchema.parse(body);
  }

  /** Opens a watch. What it tells comes one by one; `next` throws when it has ended, or has broken. */
  async watch(path: string): Promise<{ next(): Promise<WatchEvent>; close(): void }> {
    const message = await open(this.#access(), { path });
    const lines = createInterface({ input: message })[Symbol.asyncIterator]();
    return {
      async next() {
        const { value, done } = await lines.next();
        if (done) throw new Error('the watch has ended');
        return EventSchema.parse(JSON.parse(value));
      },
      close: () => message.destroy(),
    };
  }

  /** All lines of a stream until it ends or breaks; the last one may be half. */
  async lines(path: string): Promise<{ readonly text: string; readonly isBroken: boolean }> {
    const message = await open(this.#access(), { path });
    const chunks: string[] = [];
    try {
      for await (const chunk of message) chunks.push(String(chunk));
      return { text: chunks.join(''), isBroken: false };
    } catch {
      return { text: chunks.join(''), isBroken: true };
    }
  }

  #access(token: string | null = this.standIn.token): Access {
    return { url: this.standIn.baseUrl, token };
  }
}

/** A small object of a kind. */
export function object(apiVersion: string, kind: string, place: string, more: Record<string, unknown> = {}) {
  const [namespace, name = ''] = place.includes('/') ? place.split('/') : [undefined, place];
  const { labels, ...rest } = more;
  const metadata = { name, ...(namespace !== undefined && { namespace }), ...(isLabels(labels) && { labels }) };
  return { apiVersion, kind, metadata, ...rest };
}

function isLabels(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null;
}
