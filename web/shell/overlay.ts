import { effect, signal } from '@preact/signals';
import type { ComponentType } from 'preact';

type Overlay = 'search' | 'help';

/** What lies over the view. */
export const overlay = signal<Overlay | undefined>(undefined);

/** Draws it; undefined: its code has not come yet. */
export const overlays = signal<ComponentType | undefined>(undefined);

/** Browsers say that a dialog was closed after the next key, which may have opened the other one. */
export function closeOverlay(closed: Overlay): void {
  if (overlay.peek() === closed) overlay.value = undefined;
}

/** Loads the code once the view is there, and again when it is wanted and did not come. */
export function loadOverlays(): () => void {
  return effect(() => {
    overlay.value;
    if (overlays.peek() !== undefined) return;
    import('./overlays.tsx').then(
      ({ Overlays }) => {
        overlays.value = Overlays;
      },
      () => undefined,
    );
  });
}
