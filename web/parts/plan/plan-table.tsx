import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { RunReport } from '../../api/documents.ts';
import { place, setQuery } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Field } from '../../ui/field.tsx';
import { Segments } from '../../ui/segments.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { ChangeDrawer } from './change-drawer.tsx';
import { PLAN_COLUMNS } from './plan-columns.tsx';
import { ACTIONS, countsOf, groupsOf, keyOf, matches, type PlanFilter, type PlanRow, rowsOf } from './plan-rows.ts';

const TEXTS = { delete: 'Delete', update: 'Update', create: 'Create' } as const;
type Choice = keyof typeof TEXTS | 'held';

function filterOf(query: URLSearchParams): PlanFilter {
  const action = ACTIONS.find((each) => each === query.get('action'));
  return { action, blueprint: query.get('blueprint') ?? undefined, held: query.has('held'), q: query.get('q') ?? '' };
}

/** Every change of the plan: filters with their numbers, groups that open and close, details beside. */
export function PlanTable({ report: { changes = [] } }: { readonly report: RunReport }) {
  const { query } = place.value;
  const filter = filterOf(query);
  const { action, blueprint, held, q } = filter;
  const closedAll = query.get('groups') === 'closed';
  /** Those that are not as `closedAll` says. */
  const others = useSignal<ReadonlySet<string>>(new Set());
  const searched = useMemo(
    () => changes.filter((change) => matches(change, { action: undefined, blueprint, held: false, q })),
    [changes, blueprint, q],
  );
  const groups = useMemo(
    () => groupsOf(searched.filter((change) => matches(change, filter))),
    [searched, action, held],
  );
  const rows = rowsOf(groups, (key) => others.value.has(key) === closedAll);
  const openedKey = query.get('row') ?? undefined;
  const opened = openedKey === undefined ? undefined : changes.find((change) => keyOf(change) === openedKey);
  const toggle = (row: PlanRow) => {
    if (row.type === 'change') return setQuery({ row: row.key });
    const next = new Set(others.value);
    if (!next.delete(row.key)) next.add(row.key);
    others.value = next;
  };
  if (changes.length === 0) {
    return (
      <Empty what="A resync would change nothing.">
        <p>What is in Port is what Komodor has now.</p>
      </Empty>
    );
  }
  const counts = countsOf(searched);
  const choose = (choice: Choice | undefined) =>
    setQuery({
      action: choice === 'held' ? undefined : choice,
      held: choice === 'held' ? '1' : undefined,
      row: undefined,
    });
  const blueprints = [...new Set(changes.map((change) => change.blueprint))].sort();
  return (
    <section class="stack tight" aria-label="Changes">
      <div class="row apart">
        <div class="row filters">
          <Segments<Choice>
            label="Operation"
            chosen={held ? 'held' : action}
            onChoose={choose}
            segments={[
              { value: undefined, text: 'All', count: searched.length },
              ...ACTIONS.map((value) => ({ value, text: TEXTS[value], count: counts[value] })),
              ...(counts.held > 0 || held ? [{ value: 'held' as const, text: 'Held back', count: counts.held }] : []),
            ]}
          />
          {blueprints.length > 1 && (
            <Field name="Blueprint">
              <select
                class="input"
                value={blueprint ?? ''}
                onChange={({ currentTarget }) => setQuery({ blueprint: currentTarget.value })}
              >
                <option value="">all</option>
                {blueprints.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </Field>
          )}
          <Field name="Identifier or title">
            <input
              class="input"
              type="search"
              value={q}
              onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
            />
          </Field>
        </div>
        <Button
          onClick={() => {
            others.value = new Set();
            setQuery({ groups: closedAll ? undefined : 'closed' });
          }}
        >
          {closedAll ? 'Expand all' : 'Collapse all'}
        </Button>
      </div>
      {rows.length === 0 ? (
        <Empty what="No change fits this choice.">
          <Button onClick={() => setQuery({ action: undefined, held: undefined, blueprint: undefined, q: undefined })}>
            Show all changes
          </Button>
        </Empty>
      ) : (
        <VirtualTable
          label="Changes of the plan"
          columns={PLAN_COLUMNS}
          rows={rows}
          keyOf={({ type, key }) => `${type} ${key}`}
          opened={openedKey === undefined ? undefined : `change ${openedKey}`}
          onOpen={toggle}
          narrowRowHeight={44}
        />
      )}
      {opened && <ChangeDrawer change={opened} onClose={() => setQuery({ row: undefined })} />}
    </section>
  );
}
