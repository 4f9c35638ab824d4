import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { send } from '../../api/client.ts';
import type { LintDocument, MapDocument, MappingDocument } from '../../api/documents.ts';
import { setQuery } from '../../router.tsx';
import { isNarrow } from '../../ui/narrow.ts';
import { Actions } from './actions.tsx';
import { useLeaveEditor } from './editor/leave-editor.ts';
import { EntityColumn } from './entity-column.tsx';
import { useFollowedPlan } from './follow-plan.ts';
import { Head } from './head.tsx';
import { ItemColumn } from './item-column.tsx';
import { kindsInText } from './kinds-in-text.ts';
import { readPasted } from './pasted.ts';
import { PHONE_TABS, PhoneTabs } from './phone-tabs.tsx';
import { draft, wasWritten } from './store.ts';
import { testOfItem, withTest } from './test-of-item.ts';
import { Tests } from './tests.tsx';
import { useAsked } from './use-asked.ts';
import { YamlColumn } from './yaml-column.tsx';

interface Props {
  readonly found: MappingDocument;
  readonly query: URLSearchParams;
  readonly onWritten: () => void;
}

const LINT_AFTER_MS = 700;
const MAP_AFTER_MS = 400;

/** The three columns, and what goes on between them. */
export function Workbench({ found, query, onWritten }: Props) {
  useLeaveEditor();
  const { mapping, item: itemText, itemKind, tests, plan: planned } = draft.value;
  const kinds = useMemo(() => kindsInText(mapping), [mapping]);
  const kind = query.get('kind') ?? kinds[0] ?? '';
  const pasted = useMemo(() => readPasted(itemText), [itemText]);
  const item = 'item' in pasted && itemKind === kind ? pasted.item : undefined;
  const body = { kind, items: [item] };
  const key = item === undefined ? undefined : JSON.stringify(body);

  // Asked for once: what is typed after it is checked without reading anything.
  const triedLive = useSignal('');
  const isLive = triedLive.value === mapping;
  const linted = useAsked(
    `${isLive} ${mapping}`,
    (signal) => send<LintDocument>('POST', 'v1/lint', { mapping, ...(isLive && { samples: 'live' }) }, { signal }),
    isLive ? 0 : LINT_AFTER_MS,
  );
  const edited = useAsked(
    key && key + mapping,
    (signal) => send<MapDocument>('POST', 'v1/map', { ...body, mapping }, { signal }),
    MAP_AFTER_MS,
  );
  const inUse = useAsked(
    key && key + found.digest,
    (signal) => send<MapDocument>('POST', 'v1/map', body, { signal }),
    MAP_AFTER_MS,
  );
  const plan = useFollowedPlan(planned?.runId);
  const showsDifference = query.get('difference') === '1';
  const tab = PHONE_TABS.find(({ value }) => value === query.get('tab'))?.value ?? 'mapping';

  return (
    <>
      <Head {...{ found, kinds, kind }} />
      <Actions
        {...{ plan, showsDifference }}
        onWritten={(digest) => {
          wasWritten(digest);
          setQuery({ difference: undefined });
          onWritten();
        }}
      />
      {isNarrow.value && <PhoneTabs tab={tab} />}
      <div class={`columns shows-${tab}`}>
        <ItemColumn {...{ kind, pasted }} />
        <YamlColumn
          asked={linted}
          showsDifference={showsDifference}
          onTryLive={() => {
            triedLive.value = mapping;
          }}
        />
        <EntityColumn {...{ kind, edited, inUse }} hasItem={item !== undefined} />
      </div>
      <p class="small quiet">
        In an editor <kbd>Tab</kbd> moves on, <kbd>Esc</kbd> leaves it, and <kbd>F8</kbd> goes to the next error.
      </p>
      <Tests
        testOfItem={item === undefined ? undefined : () => withTest(tests, testOfItem(kind, item, edited.value))}
      />
    </>
  );
}
