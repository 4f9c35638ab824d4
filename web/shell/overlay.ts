import { signal } from '@preact/signals';

/** What lies over the view. */
export const overlay = signal<'search' | 'help' | undefined>(undefined);

export function closeOverlay(): void {
  overlay.value = undefined;
}
