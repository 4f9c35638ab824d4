import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { askProcess } from './ask-process.ts';
import { type Answer, answer, type Request, type Seen, type SentEntity, type StandInSetup } from './stand-in-calls.ts';

const SCRIPT = fileURLToPath(new URL('./stand-ins.ts', import.meta.url));

export interface Requests {
  readonly komodor: number;
  readonly port: number;
  /** Answered with 429. */
  readonly refused: number;
}

/** Both stand-ins in a process of their own, so that what they use is not counted as ours. */
export interface StandInProcess {
  /** Settings that lead the program to them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the cluster, if there is one. */
  readonly kubeconfig: string | undefined;
  /** How many requests they had since the last call. */
  requests(): Promise<Requests>;
  /** When each request came and was answered, since the last call; the first call begins the watch. */
  watched(): Promise<readonly Seen[]>;
  /** What Port holds, by blueprint. */
  entities(): Promise<Readonly<Record<string, readonly SentEntity[]>>>;
  /** How many entities were written since a moment, whether or not they changed by it. */
  written(since: string): Promise<number>;
  /** Changes a share of the services and risks; says how many that were. */
  change(share: number, step: number): Promise<number>;
  close(): void;
}

/** Starts the stand-ins over a world of the given size; Port is empty. */
export async function startStandInProcess(options: StandInSetup): Promise<StandInProcess> {
  const child = fork(SCRIPT, { execArgv: ['--import', 'tsx'], serialization: 'advanced' });
  const { environment = {}, kubeconfig } = await ask(child, { type: 'start', options });
  return {
    environment,
    kubeconfig,
    async requests() {
      const { count } = await ask(child, { type: 'count' });
      return count ?? { komodor: 0, port: 0, refused: 0 };
    },
    async entities() {
      const { entities = {} } = await ask(child, { type: 'entities' });
      return entities;
    },
    async watched() {
      const { seen = [] } = await ask(child, { type: 'watched' });
      return seen;
    },
    async written(since) {
      const { written = 0 } = await ask(child, { type: 'written', since });
      return written;
    },
    async change(share, step) {
      const { changed = 0 } = await ask(child, { type: 'change', share, step });
      return changed;
    },
    close() {
      child.kill('SIGKILL');
    },
  };
}

async function ask(child: ChildProcess, request: Request): Promise<Answer> {
  return answer.parse(await askProcess(child, request));
}
