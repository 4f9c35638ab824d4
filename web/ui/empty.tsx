import type { ComponentChildren } from 'preact';
import { Name } from './name.tsx';

/** Nothing to show: what that means, and the next step. */
export function Empty({ what, children }: { readonly what: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>
        <strong>
          <Name text={what} />
        </strong>
      </p>
      {children}
    </div>
  );
}
