import type { ComponentChildren } from 'preact';

/** Nothing to show: what that means, and the next step. */
export function Empty({ what, children }: { readonly what: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>
        <strong>{what}</strong>
      </p>
      {children}
    </div>
  );
}
