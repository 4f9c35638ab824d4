import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'class' | 'type' | 'kind'> & {
  /** `main`: the one thing to do here. `danger`: cannot be undone. */
  readonly look?: 'usual' | 'main' | 'danger' | 'plain';
  readonly children: ComponentChildren;
};

export function Button({ look = 'usual', children, ...rest }: Props) {
  return (
    <button {...rest} type="button" class={look === 'usual' ? 'button' : `button ${look}`}>
      {children}
    </button>
  );
}
