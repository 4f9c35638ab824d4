import type { JournalRow } from '../../api/documents.ts';
import { FromTo } from '../../ui/from-to.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import type { Column } from '../../ui/virtual-table.tsx';
import { type ChangedField, differences, fieldName, titleOf } from './row-words.ts';

/** More fields do not fit into a line. */
const FIELDS_SHOWN = 4;

export const WIDE: readonly Column<JournalRow>[] = [
  { title: 'Outcome', width: '104px', cell: ({ outcome }) => <StatusMark name={outcome} /> },
  { title: 'Action', width: '84px', cell: ({ action }) => <StatusMark name={action} /> },
  { title: 'Entity', width: 'minmax(180px, 2fr)', cell: (row) => <Entity row={row} /> },
  { title: 'Blueprint', width: 'minmax(90px, 1fr)', cell: ({ blueprint }) => <Name text={blueprint} cut /> },
  { title: 'What changed, or why not', width: 'minmax(240px, 5fr)', cell: (row) => <What row={row} /> },
];

/** One under the other. */
export const NARROW: readonly Column<JournalRow>[] = [
  {
    title: 'Change',
    width: 'minmax(0, 1fr)',
    cell: (row) => (
      <>
        <div class="row">
          <StatusMark name={row.outcome} /> <StatusMark name={row.action} />
        </div>
        <div class="run-line">
          <Entity row={row} />
        </div>
        <div class="run-line">
          <What row={row} />
        </div>
      </>
    ),
  },
];

function Entity({ row }: { readonly row: JournalRow }) {
  const title = titleOf(row);
  return (
    <span title={row.identifier}>
      <strong>
        <Name text={title ?? row.identifier} />
      </strong>
      {title !== null && title !== row.identifier && (
        <span class="quiet small">
          {' '}
          <Name text={row.identifier} />
        </span>
      )}
    </span>
  );
}

function What({ row }: { readonly row: JournalRow }) {
  if (row.action === 'delete') {
    return row.error ? <Words error={row.error} /> : <Name text={row.detail ?? row.reason ?? ''} />;
  }
  const fields = differences(row);
  return (
    <>
      {row.error && (
        <>
          <Words error={row.error} />{' '}
        </>
      )}
      {fields.slice(0, FIELDS_SHOWN).map((field) => (
        <Field key={field.path} field={field} isNew={row.action === 'create'} />
      ))}
      {fields.length > FIELDS_SHOWN && <span class="quiet">and {fields.length - FIELDS_SHOWN} more</span>}
    </>
  );
}

function Words({ error }: { readonly error: NonNullable<JournalRow['error']> }) {
  return (
    <span class="tone-bad">
      <Name text={error.message === '' ? error.code : error.message} />
    </span>
  );
}

function Field({ field, isNew }: { readonly field: ChangedField; readonly isNew: boolean }) {
  const isKept = 'from' in field || 'to' in field;
  return (
    <span class="run-field">
      <span class="quiet">
        <Name text={fieldName(field.path)} />
      </span>{' '}
      {isKept && <FromTo change={isNew ? { to: field.to } : field} />}
    </span>
  );
}
