import type { Found } from '../../api/documents.ts';
import { Link } from '../../router.tsx';
import { useKeys } from '../../ui/keys.ts';
import { Name } from '../../ui/name.tsx';
import { addressOf, type FoundRow } from './found-rows.ts';
import { focusRow } from './row-focus.ts';
import { VerdictMark } from './verdict-mark.tsx';

interface Props {
  readonly found: Found;
  readonly scope: { readonly current: HTMLElement | null };
}

/** What was found, in Port or not. */
export function FoundTable({ found, scope }: Props) {
  useKeys({
    j: { what: 'Next row', run: () => focusRow(scope.current, 1) },
    k: { what: 'Row before', run: () => focusRow(scope.current, -1) },
    ArrowDown: { what: 'Next row', run: () => focusRow(scope.current, 1) },
    ArrowUp: { what: 'Row before', run: () => focusRow(scope.current, -1) },
  });
  return (
    <table class="found">
      <thead>
        <tr>
          <th scope="col">Identifier</th>
          <th scope="col">Title</th>
          <th scope="col">Blueprint</th>
          <th scope="col">In Port</th>
        </tr>
      </thead>
      <tbody>
        {found.entities.map((row) => (
          <Row key={`${row.blueprint} ${row.identifier}`} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row }: { readonly row: FoundRow }) {
  const { blueprint, identifier, title, inPort, verdict, detail } = row;
  const to = addressOf(row);
  return (
    <tr>
      <th scope="row">
        {to === undefined ? (
          <Name text={identifier} />
        ) : (
          <Link to={to} data-row>
            <Name text={identifier} />
          </Link>
        )}
      </th>
      <td>{title !== null && <Name text={title} />}</td>
      <td>{blueprint === null ? <span class="quiet">an item, no entity</span> : <Name text={blueprint} />}</td>
      <td>
        {inPort ? 'yes' : 'no'}
        {verdict !== null && (
          <>
            {' · '}
            <VerdictMark verdict={verdict} />
          </>
        )}
        {detail !== null && (
          <span class="why quiet">
            <Name text={detail} />
          </span>
        )}
      </td>
    </tr>
  );
}
