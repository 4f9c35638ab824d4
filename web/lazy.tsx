import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { Loading } from './ui/loading.tsx';
import { ProblemBox } from './ui/problem-box.tsx';

/** A part whose code is loaded when it is opened. @param what for the words while it loads: `the editor` */
export function lazyPart<P extends object>(load: () => Promise<ComponentType<P>>, what: string) {
  let loaded: ComponentType<P> | undefined;
  return function LazyPart(props: P) {
    const state = useSignal<'loading' | 'loaded' | 'failed'>(loaded ? 'loaded' : 'loading');
    const start = () => {
      state.value = 'loading';
      load().then(
        (part) => {
          loaded = part;
          state.value = 'loaded';
        },
        () => {
          state.value = 'failed';
        },
      );
    };
    useEffect(() => {
      if (loaded === undefined) start();
    }, []);
    if (state.value === 'failed') {
      return <ProblemBox what={`Could not load ${what}`} detail="The service did not send it." onRetry={start} />;
    }
    const Part = loaded;
    return Part === undefined ? <Loading what={what} /> : <Part {...props} />;
  };
}
