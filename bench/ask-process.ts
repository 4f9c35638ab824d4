import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';

const message = z.union([z.object({ answer: z.unknown() }), z.object({ error: z.string() })]);

/** Asks a process of the benchmark over its channel. Throws what it says went wrong, and when it ends. */
export function askProcess(child: ChildProcess, request: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('the stand-ins ended'));
    child.once('exit', onExit);
    child.once('message', (raw) => {
      child.off('exit', onExit);
      const told = message.parse(raw);
      if ('error' in told) reject(new Error(told.error));
      else resolve(told.answer);
    });
    child.send(request);
  });
}
