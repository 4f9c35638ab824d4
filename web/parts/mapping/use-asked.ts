import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { token } from '../../api/token.ts';
import { type Asked, askWhenQuiet } from './ask-when-quiet.ts';

/**
 * Asks again whenever `key` changes and nothing has been typed for a while; the request before is given up. An undefined key
 * asks nothing.
 */
export function useAsked<A>(
  key: string | undefined,
  ask: (signal: AbortSignal) => Promise<A>,
  delayMs: number,
): Asked<A> {
  const asked = useSignal<Asked<A>>({ value: undefined, problem: undefined, state: 'asking' });
  const held = token.value;
  useEffect(() => {
    if (key === undefined) {
      asked.value = { value: undefined, problem: undefined, state: 'answered' };
      return;
    }
    const stop = new AbortController();
    const onChange = (now: Asked<A>) => {
      asked.value = now;
    };
    void askWhenQuiet(ask, { delayMs, before: asked.peek(), onChange, signal: stop.signal });
    return () => stop.abort();
  }, [key, held]);
  return asked.value;
}
