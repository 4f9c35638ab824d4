import { useEffect, useMemo } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { ItemsDocument } from '../../api/documents.ts';
import { place, setQuery } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Editor } from './editor/editor.tsx';
import { ItemChooser } from './item-chooser.tsx';
import type { Pasted } from './pasted.ts';
import { change, draft, itemText } from './store.ts';
import { useAsked } from './use-asked.ts';

type Sample = ItemsDocument['items'][number];

const TYPING_MS = 400;

/** What the person chose last, to tell a text that was edited. */
let last = { text: '', label: '' };

/** The raw item. */
export function ItemColumn({ kind, pasted }: { readonly kind: string; readonly pasted: Pasted }) {
  const { query } = place.value;
  const from = query.get('from') === 'live' ? 'live' : 'examples';
  const q = query.get('q') ?? '';
  const key = kind === '' ? undefined : JSON.stringify([kind, from, q]);
  const ask = (signal: AbortSignal) => get<ItemsDocument>('v1/items', { query: { kind, from, q }, signal });
  const asked = useAsked(key, ask, q === '' ? 0 : TYPING_MS);
  const { item, itemKind } = draft.value;
  const marks = useMemo(() => marksIn(pasted), [pasted]);
  const chosen = last.label !== '' && item === last.text ? last.label : '';

  useEffect(() => {
    const { value } = asked;
    if (value === undefined || value.kind !== kind || asked.state !== 'answered') return;
    const isOwn = item !== '' && item !== last.text;
    if (itemKind === kind && isOwn) return;
    const [first] = value.items;
    if (itemKind === kind && value.items.some(({ label }) => label === chosen)) return;
    const wanted = value.items.find(({ label }) => label === query.get('item')) ?? first;
    if (wanted !== undefined) choose(wanted, kind);
  }, [asked.value, asked.state]);

  return (
    <section class="column item" aria-label="Raw item">
      <div class="row apart">
        <h2>Raw item</h2>
        <CopyCommand curl={{ path: 'v1/items', query: { kind, from, q } }} />
      </div>
      <ItemChooser
        {...{ from, q, asked, chosen }}
        onChoose={(label) => {
          const found = asked.value?.items.find((one) => one.label === label);
          if (found !== undefined) choose(found, kind);
        }}
      />
      <Editor
        label="Raw item as JSON"
        text={itemText}
        onText={(text) => {
          change({ item: text, itemKind: kind });
          if (text !== last.text && place.peek().query.has('item')) setQuery({ item: undefined });
        }}
        marks={marks}
      />
      <p class={'problem' in pasted ? 'small tone-bad' : 'small quiet'} role="status">
        {'problem' in pasted ? pasted.problem : (pasted.note ?? 'Choose an item, or paste your own JSON over it.')}
      </p>
    </section>
  );
}

function choose({ label, item }: Sample, kind: string): void {
  last = { text: JSON.stringify(item, null, 2), label };
  change({ item: last.text, itemKind: kind });
  setQuery({ item: label });
}

function marksIn(pasted: Pasted) {
  if (!('problem' in pasted) || pasted.line === undefined) return NONE;
  return [{ line: pasted.line, severity: 'error' as const, message: pasted.problem }];
}

const NONE: readonly never[] = [];
