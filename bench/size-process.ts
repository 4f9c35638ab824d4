import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { askProcess } from './ask-process.ts';
import { resyncOnce } from './product.ts';
import { type Holding, type SizeRequest, type SizeSetup, type StandInUse, sizeAnswer } from './size-calls.ts';

const SCRIPT = fileURLToPath(new URL('./size-server.ts', import.meta.url));

/** The stand-ins for an account of any size, in a process of their own. */
export interface SizeStandIns {
  /** Settings that lead the program to them. */
  readonly environment: Readonly<Record<string, string>>;
  /** What Port has from now on, and how long every answer takes. */
  hold(holding: Holding, latencyMs: number): Promise<void>;
  /** What they did since the last time. */
  use(): Promise<StandInUse>;
  close(): void;
}

/** Starts them, and lets the program make the entities that all others are copies of. */
export async function startSizeStandIns(options: SizeSetup): Promise<SizeStandIns> {
  const child = fork(SCRIPT, { execArgv: ['--import', 'tsx'], serialization: 'advanced' });
  const { environment = {} } = await ask(child, { type: 'start', options });
  await resyncOnce(environment);
  return {
    environment,
    async hold(holding, latencyMs) {
      await ask(child, { type: 'hold', holding, latencyMs });
    },
    async use() {
      const { use } = await ask(child, { type: 'use' });
      if (use === undefined) throw new Error('the stand-ins do not say what they did');
      return use;
    },
    close() {
      child.kill('SIGKILL');
    },
  };
}

async function ask(child: ChildProcess, request: SizeRequest) {
  return sizeAnswer.parse(await askProcess(child, request));
}
