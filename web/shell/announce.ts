import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Long enough for a view whose code has to be loaded, short enough not to surprise. */
const WAIT_MS = 5_000;

/**
 * Gives the focus to the heading of a new view, which readers then say, and its text to the tab; also when the view's code
 * comes later. Who has gone on with the keyboard meanwhile keeps the focus.
 */
export function useAnnounced(main: RefObject<HTMLElement | null>, path: string): void {
  const isFirst = useRef(true);
  useEffect(() => {
    const before = document.activeElement;
    const takesFocus = !isFirst.current;
    isFirst.current = false;
    let heading: HTMLElement | undefined;
    const look = () => {
      const found = main.current?.querySelector<HTMLElement>('h1') ?? undefined;
      if (found === undefined) return;
      // The heading of Now is a sentence that changes with each second.
      document.title = `${path === '/' ? 'Now' : found.textContent} · komodor-port`;
      // While it loads, a view may have another heading.
      if (heading?.isConnected) return;
      heading = found;
      const active = document.activeElement;
      if (takesFocus && (active === before || active === document.body)) found.focus({ preventScroll: true });
    };
    look();
    // Headings with names come with the answer.
    const observer = new MutationObserver(look);
    if (main.current !== null) observer.observe(main.current, { childList: true, subtree: true, characterData: true });
    const timer = setTimeout(() => observer.disconnect(), WAIT_MS);
    return () => {
      observer.disconnect();
      clearTimeout(timer);
    };
  }, [path]);
}
