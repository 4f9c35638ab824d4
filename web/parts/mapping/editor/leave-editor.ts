import { useKeys } from '../../../ui/keys.ts';

/** Escape leaves an editor: the focus goes to the place around it, from where Tab moves on and the page's keys work. */
export function useLeaveEditor(): void {
  useKeys({
    Escape: {
      what: 'Leave an editor (Tab moves on as everywhere)',
      run() {
        const around = document.activeElement?.closest('.editor');
        if (around instanceof HTMLElement) around.focus({ preventScroll: true });
      },
    },
  });
}
