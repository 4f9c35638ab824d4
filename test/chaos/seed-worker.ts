import { runSeed, type SeedResult } from './run-seed.ts';

/** What the command asks a worker process for. */
export type Order = { readonly type: 'seed'; readonly seed: number } | { readonly type: 'measure' };
export type Reply =
  | { readonly type: 'done'; readonly result: SeedResult }
  | { readonly type: 'measured'; readonly heapBytes: number };

function isOrder(message: unknown): message is Order {
  return typeof message === 'object' && message !== null && 'type' in message;
}

function reply(message: Reply): void {
  process.send?.(message);
}

process.on('message', (message) => {
  if (!isOrder(message)) return;
  if (message.type === 'seed') void runSeed(message.seed).then((result) => reply({ type: 'done', result }));
  else {
    // Twice: what the first round finalizes goes in the second.
    globalThis.gc?.();
    globalThis.gc?.();
    reply({ type: 'measured', heapBytes: process.memoryUsage().heapUsed });
  }
});
process.on('disconnect', () => process.exit(0));
