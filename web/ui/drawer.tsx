import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from './button.tsx';
import { useKeys } from './keys.ts';

interface Props {
  readonly title: ComponentChildren;
  /** What it is about, for screen readers. */
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Details beside a list, which can still be used. Takes the focus, and gives it back. Escape closes it. */
export function Drawer({ title, label, onClose, children }: Props) {
  const drawer = useRef<HTMLElement>(null);
  useKeys({ Escape: { what: 'Close the details', run: onClose } });
  useEffect(() => {
    const before = document.activeElement;
    drawer.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside class="drawer stack" ref={drawer} tabIndex={-1} aria-label={label}>
      <div class="row apart">
        <h2>{title}</h2>
        <Button look="plain" onClick={onClose}>
          Close <kbd>Esc</kbd>
        </Button>
      </div>
      {children}
    </aside>
  );
}
