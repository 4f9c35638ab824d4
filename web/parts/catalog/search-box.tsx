import { useEffect, useRef } from 'preact/hooks';
import { useKeys } from '../../ui/keys.ts';

interface Props {
  readonly q: string;
  readonly onInput: (text: string) => void;
  /** Enter. */
  readonly onOpen: () => void;
  /** The arrow down. */
  readonly onDown?: () => void;
  /** Whether it takes the focus when it appears. */
  readonly takesFocus?: boolean;
}

/** The input of the search. `/` leads to it. */
export function SearchBox({ q, onInput, onOpen, onDown, takesFocus = true }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useKeys({
    '/': {
      what: 'Search the catalog',
      run: () => {
        input.current?.focus();
        input.current?.select();
      },
    },
  });
  useEffect(() => {
    // After the heading has been announced.
    const timer = takesFocus ? setTimeout(() => input.current?.focus(), 0) : undefined;
    return () => clearTimeout(timer);
  }, []);
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onOpen();
      }}
    >
      <label class="seen-by-readers" for="catalog-q">
        Search for a part of an identifier or a title
      </label>
      <input
        ref={input}
        id="catalog-q"
        class="input"
        type="search"
        dir="auto"
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        placeholder="A part of an identifier or a title"
        value={q}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' || onDown === undefined) return;
          event.preventDefault();
          onDown();
        }}
      />
      <kbd>/</kbd>
    </form>
  );
}
