import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ApiProblem } from './problem.ts';
import { token } from './token.ts';

export interface Loaded<T> {
  /** The newest answer; while it loads again, the one before. */
  readonly value: T | undefined;
  readonly problem: ApiProblem | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

/**
 * Loads when the component appears, when `key` changes and when the person enters a token. A new key forgets the old value,
 * unless `keep` is set.
 */
export function useLoad<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  { keep = false }: { keep?: boolean } = {},
): Loaded<T> {
  const state = useSignal<Omit<Loaded<T>, 'reload'>>({ value: undefined, problem: undefined, loading: true });
  const round = useSignal(0);
  const lastKey = useRef(key);
  const held = token.value;

  useEffect(() => {
    const stop = new AbortController();
    const isNew = lastKey.current !== key;
    lastKey.current = key;
    state.value = { value: isNew && !keep ? undefined : state.peek().value, problem: undefined, loading: true };
    load(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) state.value = { value, problem: undefined, loading: false };
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
        state.value = { value: state.peek().value, problem, loading: false };
      },
    );
    return () => stop.abort();
  }, [key, held, round.value]);

  return { ...state.value, reload: () => round.value++ };
}
