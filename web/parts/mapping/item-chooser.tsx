import type { ItemsDocument } from '../../api/documents.ts';
import { setQuery } from '../../router.tsx';
import { Field } from '../../ui/field.tsx';
import { Segments } from '../../ui/segments.tsx';
import type { Asked } from './ask-when-quiet.ts';
import { AskedLine } from './asked-line.tsx';

interface Props {
  readonly from: ItemsDocument['from'];
  readonly q: string;
  readonly asked: Asked<ItemsDocument>;
  /** The label of the chosen item; empty: the text was edited. */
  readonly chosen: string;
  readonly onChoose: (label: string) => void;
}

const FROM = [
  { value: 'examples', text: 'Examples' },
  { value: 'live', text: 'Live' },
] as const;

/** Finds an item to try the mapping on. */
export function ItemChooser({ from, q, asked, chosen, onChoose }: Props) {
  const items = asked.value?.items ?? [];
  return (
    <div class="stack tight">
      <div class="row">
        <Segments
          label="Where items come from"
          segments={FROM}
          chosen={from}
          onChoose={(value) => setQuery({ from: value === 'live' ? 'live' : undefined })}
        />
        <input
          class="input grow"
          type="search"
          aria-label="Search items"
          placeholder="Search any text in them"
          value={q}
          onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
        />
      </div>
      <Field name="Item">
        <select class="input" value={chosen} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
          {chosen === '' && <option value="">Own text, below</option>}
          {items.map(({ label }) => (
            <option key={label} value={label}>
              {label}
            </option>
          ))}
        </select>
      </Field>
      <AskedLine failed="Could not read items" busy="Reading items…" done={wordsFor(asked.value, q)} asked={asked} />
    </div>
  );
}

function wordsFor(found: ItemsDocument | undefined, q: string): string {
  if (found === undefined) return '';
  const { items, more, problem, from } = found;
  if (problem !== null) return problem;
  const what = from === 'live' ? 'as they are now' : 'made up; nothing is asked';
  if (items.length === 0) return q === '' ? 'There are none.' : 'None has this text. Take out a part of it.';
  return `${items.length}${more ? ' of more' : ''}, ${what}.${more ? ' Search for the others.' : ''}`;
}
