import { visible } from './visible.ts';

/** Text from outside: it is only text, has its own direction, and keeps to its place. @param cut on one line, the whole on hover */
export function Name({ text, cut = false }: { readonly text: string; readonly cut?: boolean }) {
  return (
    <bdi class={cut ? 'name cut' : 'name'} dir="auto" title={cut ? visible(text) : undefined}>
      {visible(text)}
    </bdi>
  );
}
