import { useSignal } from '@preact/signals';
import { ApiProblem } from '../../api/problem.ts';

export interface Sending<T> {
  readonly busy: boolean;
  readonly problem: ApiProblem | undefined;
  /** The last answer. */
  readonly answer: T | undefined;
  readonly go: () => Promise<void>;
}

/** A request that a button sends, one at a time. */
export function useSend<T>(send: () => Promise<T>): Sending<T> {
  const state = useSignal<Omit<Sending<T>, 'go'>>({ busy: false, problem: undefined, answer: undefined });
  return {
    ...state.value,
    async go() {
      if (state.peek().busy) return;
      state.value = { busy: true, problem: undefined, answer: undefined };
      try {
        state.value = { busy: false, problem: undefined, answer: await send() };
      } catch (error) {
        const problem = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
        state.value = { busy: false, problem, answer: undefined };
      }
    },
  };
}
