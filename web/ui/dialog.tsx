import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from './button.tsx';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  /** A class for its size and place. */
  readonly look?: string;
  readonly children: ComponentChildren;
}

/** A modal dialog. The browser keeps the focus in it and gives it back. */
export function Dialog({ title, onClose, look, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isGone = useRef(false);
  // Before the next key: who goes on typing types into it.
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => {
      isGone.current = true;
      // Taken away without this, it does not give the focus back.
      current?.close();
    };
  }, []);
  return (
    <dialog ref={dialog} class={look} aria-label={title} onClose={() => isGone.current || onClose()}>
      <div class="stack">
        <h2>{title}</h2>
        {children}
      </div>
      {/* Last, so that the first field of the content has the focus. */}
      <div class="close">
        <Button look="plain" onClick={() => dialog.current?.close()}>
          Close <kbd>Esc</kbd>
        </Button>
      </div>
    </dialog>
  );
}
