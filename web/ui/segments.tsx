import { countText } from './format.ts';

interface Segment<V extends string> {
  readonly value: V | undefined;
  readonly text: string;
  readonly count?: number;
}

interface Props<V extends string> {
  readonly label: string;
  readonly segments: readonly Segment<V>[];
  readonly chosen: V | undefined;
  readonly onChoose: (value: V | undefined) => void;
}

/** A filter: one of a few, with numbers. Choosing the chosen one again takes the filter away. */
export function Segments<V extends string>({ label, segments, chosen, onChoose }: Props<V>) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {segments.map(({ value, text, count }) => (
        <button
          key={text}
          type="button"
          aria-pressed={chosen === value}
          onClick={() => onChoose(chosen === value ? undefined : value)}
        >
          {text}
          {count !== undefined && <span class="number"> {countText(count)}</span>}
        </button>
      ))}
    </div>
  );
}
