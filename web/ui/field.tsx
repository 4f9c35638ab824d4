import type { ComponentChildren } from 'preact';

/** A named input. */
export function Field({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <label class="field">
      <span class="name">{name}</span>
      {children}
    </label>
  );
}
