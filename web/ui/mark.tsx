import { type Word, wordOf } from './words.ts';

const SHAPES: Readonly<Record<Word['shape'], string>> = {
  check: 'M0.600 5.400 2 4l2 2 4-4.600 1.500 1.300L4.200 9z',
  cross:
    'M1.700 0.300 5 3.600 8.300 0.300 9.700 1.700 6.400 5l3.300 3.300-1.400 1.400L5 6.400 1.700 9.700.3 8.300 3.600 5 .3 1.700z',
  triangle: 'M5 0 10 9.500H0z',
  pause: 'M1.500 0.500h2.500v9H1.500zM6 .5h2.500v9H6z',
  dot: 'M5 0.500a4.500 4.500 0 1 0 0 9a4.500 4.500 0 1 0 0-9z',
  ring: 'M5 0a5 5 0 1 0 0 10A5 5 0 1 0 5 0zM5 1.600a3.400 3.400 0 1 1 0 6.800a3.400 3.400 0 1 1 0-6.800z',
  square: 'M1 1h8v8H1z',
  plus: 'M4 0.500h2V4h3.500v2H6v3.500H4V6H.5V4H4z',
  minus: 'M0.500 4h9v2h-9z',
  tilde: 'M0.500 2.500h9v1.800h-9zM.5 5.800h9v1.800h-9z',
  clock: 'M5 0a5 5 0 1 0 0 10A5 5 0 1 0 5 0zM4.300 1.800h1.400v2.800l2 1.500-.8 1.100-2.600-1.900z',
};

/** A status, outcome or action as shape, word and colour. @param name as the service gives it: `held_back` */
export function StatusMark({ name, word }: { readonly name: string; readonly word?: string }) {
  const known = wordOf(name);
  return (
    <span class={`mark tone-${known.tone}`}>
      <Shape shape={known.shape} />
      <span>{word ?? known.word}</span>
    </span>
  );
}

export function Shape({ shape }: { readonly shape: Word['shape'] }) {
  return (
    <svg viewBox="0 0 10 10" aria-hidden="true">
      <path d={SHAPES[shape]} fill-rule="evenodd" />
    </svg>
  );
}
