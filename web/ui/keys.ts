import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

export interface Key {
  /** For the list behind `?`. */
  readonly what: string;
  readonly run: () => void;
}

/** By key, `g n` for one after another. */
export type Keys = Readonly<Record<string, Key>>;

/** The keys that work now. A view that came later goes first. */
const layers = signal<readonly { readonly current: Keys }[]>([]);

/** What each key does now, for the help. */
export function activeKeys(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { current } of layers.value.toReversed()) {
    for (const [key, { what }] of Object.entries(current)) if (!found.has(key)) found.set(key, what);
  }
  return found;
}

/** Keys that work while the component is there; not while the person types, except Escape. */
export function useKeys(keys: Keys): void {
  const layer = useRef(keys);
  layer.current = keys;
  useEffect(() => {
    layers.value = [...layers.peek(), layer];
    return () => {
      layers.value = layers.peek().filter((other) => other !== layer);
    };
  }, []);
}

const PREFIX_MS = 1_500;
let prefix: { readonly key: string; readonly at: number } | undefined;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) && event.key !== 'Escape') return;
  // An open dialog takes its own keys.
  if (document.querySelector('dialog[open]') !== null) return;
  const both =
    prefix !== undefined && event.timeStamp - prefix.at < PREFIX_MS ? `${prefix.key} ${event.key}` : undefined;
  prefix = undefined;
  for (const { current } of layers.peek().toReversed()) {
    const key = (both === undefined ? undefined : current[both]) ?? current[event.key];
    if (key !== undefined) {
      event.preventDefault();
      key.run();
      return;
    }
  }
  // Out of the field, so that the other keys work.
  if (isTyping(event.target)) {
    if (event.target instanceof HTMLElement) event.target.blur();
    return;
  }
  const begins = layers
    .peek()
    .some(({ current }) => Object.keys(current).some((key) => key.startsWith(`${event.key} `)));
  if (begins) prefix = { key: event.key, at: event.timeStamp };
});
