import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

type Listener = (message: unknown) => void;

/** A process of the soak, asked one question at a time. */
export interface Partner {
  /** Sends a question and waits for its answer. Throws when the process ends instead. */
  ask(question: { readonly type: string; readonly [field: string]: unknown }): Promise<unknown>;
  end(): void;
}

/** Starts a module of this folder in a process of its own; what it prints on stderr goes nowhere unless it fails. */
export function startPartner(module: string, env: NodeJS.Dict<string>): Partner {
  const execArgv = ['--expose-gc', '--import', import.meta.resolve('tsx')];
  const path = fileURLToPath(new URL(module, import.meta.url));
  const child: ChildProcess = fork(path, [], { execArgv, env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let last = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    last = (last + text).slice(-4_000);
  });
  return {
    ask(question) {
      return new Promise((resolve, reject) => {
        const ended = () => reject(new Error(`${module} ended while it was asked "${question.type}":\n${last}`));
        child.once('exit', ended);
        child.once('message', (answer) => {
          child.off('exit', ended);
          resolve(answer);
        });
        child.send(question);
      });
    },
    end: () => void child.kill(),
  };
}

/** The other end: answers each question with what `answer` makes of it. */
export function answerQuestions(answer: (question: unknown) => Promise<unknown>): void {
  const listener: Listener = (question) => {
    answer(question).then(
      (value) => process.send?.(value ?? {}),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`, () => process.exit(1));
      },
    );
  };
  process.on('message', listener);
  process.on('disconnect', () => process.exit(0));
}
