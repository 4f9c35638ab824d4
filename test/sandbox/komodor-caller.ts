import { onTestFinished } from 'vitest';
import { FaultBook } from '../../src/sandbox/fault-book.ts';
import { type KomodorOptions, startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';

const KEY = '0b8f3a0e-1111-4222-a333-444455556666';

export interface KomodorAnswer {
  readonly status: number;
  /** JSON, or the text where it is none. */
  readonly body: unknown;
}

/** A stand-in for one test, with what it takes to ask it. */
export async function openKomodor(faults: readonly string[] = [], options: Partial<KomodorOptions> = {}) {
  const world = options.world ?? createWorld({ seed: 1, services: 60, clusters: 4 });
  const komodor = await startKomodor({ world, apiKey: KEY, faults: new FaultBook(faults), ...options });
  onTestFinished(() => komodor.close());
  return {
    ...komodor,
    async call(method: string, path: string, body?: unknown): Promise<KomodorAnswer> {
      const answer = await fetch(`${komodor.apiUrl}/${path}`, {
        method,
        headers: { 'X-API-KEY': KEY },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: /^[{[]/.test(text) ? JSON.parse(text) : text };
    },
  };
}

export type Komodor = Awaited<ReturnType<typeof openKomodor>>;
