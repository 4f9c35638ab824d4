import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** The width of an element, before it is painted and whenever it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const width = useSignal(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const measured = () => (width.value = current.clientWidth);
    measured();
    const sized = new ResizeObserver(measured);
    sized.observe(current);
    return () => sized.disconnect();
  }, []);
  return width.value;
}
