import { countText } from '../../ui/format.ts';
import { FromTo } from '../../ui/from-to.tsx';
import { Shape, StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import type { Column } from '../../ui/virtual-table.tsx';
import { changedFields } from './changed-fields.ts';
import { type PlanRow, titleOf } from './plan-rows.ts';

export const PLAN_COLUMNS: readonly Column<PlanRow>[] = [
  {
    title: 'Operation',
    width: '104px',
    cell: (row) =>
      row.type === 'group' ? (
        <strong class="group-head">
          <span aria-hidden="true">{row.open ? '▾' : '▸'}</span> <StatusMark name={row.group.action} />
        </strong>
      ) : row.change.blocked === true ? (
        <span class="mark tone-hold in-group">
          <Shape shape="pause" />
          held
        </span>
      ) : null,
  },
  {
    title: 'Entity',
    width: 'minmax(140px, 2fr)',
    cell: (row) => {
      if (row.type === 'group') {
        const { blueprint, changes } = row.group;
        return (
          <strong>
            {countText(changes.length)} <Name text={blueprint} />
          </strong>
        );
      }
      const { identifier } = row.change;
      const title = titleOf(row.change);
      return (
        <>
          <Name text={title ?? identifier} />
          {title !== null && title !== identifier && (
            <span class="quiet small">
              {' '}
              <Name text={identifier} />
            </span>
          )}
        </>
      );
    },
  },
  { title: 'Change', width: 'minmax(0, 3fr)', onlyWide: true, cell: (row) => <Summary row={row} /> },
];

/** What changes, on one line; of a deletion why. */
function Summary({ row }: { readonly row: PlanRow }) {
  if (row.type === 'group') {
    const { held, changes } = row.group;
    if (held === 0) return null;
    return (
      <StatusMark name="held_back" word={held === changes.length ? 'All held back' : `${countText(held)} held back`} />
    );
  }
  const { change } = row;
  if (change.action === 'delete') {
    return (
      <>
        {change.reason}{' '}
        {change.detail !== undefined && (
          <span class="quiet">
            <Name text={change.detail} />
          </span>
        )}
      </>
    );
  }
  const fields = changedFields(change);
  if (change.action === 'create') return <span class="quiet">{fields.map(({ name }) => name).join(', ')}</span>;
  return (
    <>
      {fields.slice(0, 4).map(({ name, change: values }, at) => (
        <span key={name}>
          {at > 0 && ' · '}
          <span class="quiet">{name}</span> <FromTo change={values} />
        </span>
      ))}
      {fields.length > 4 && <span class="quiet"> and {fields.length - 4} more</span>}
    </>
  );
}
