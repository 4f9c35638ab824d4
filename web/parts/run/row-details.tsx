import type { JournalRow } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { Clock } from '../../ui/time.tsx';
import { quoted } from '../../ui/visible.ts';
import { ChangedFields } from './changed-fields.tsx';
import { Exchange } from './exchange.tsx';
import { History } from './history.tsx';
import { Origin } from './origin.tsx';
import { useExplanation } from './use-explanation.ts';

/** All that is known of one row. */
export function RowDetails({ row, runId }: { readonly row: JournalRow; readonly runId: string }) {
  const { action, outcome, blueprint, identifier, at, detail, reason, error, source } = row;
  const explained = useExplanation(blueprint, identifier);
  return (
    <>
      <div class="stack tight">
        <p class="row">
          <StatusMark name={action} />
          <StatusMark name={outcome} />
          <Clock at={at} />
        </p>
        <p>
          <span class="quiet">
            <Name text={blueprint} />
          </span>{' '}
          <code>
            <Name text={identifier} />
          </code>
        </p>
        <p class="row">
          <Link class="button" to={pathOf('catalog', blueprint, identifier)}>
            Why it is as it is
          </Link>
          {outcome === 'held_back' && (
            <Link class="button" to={`${pathOf('runs', runId)}${pathOf('held', blueprint)}`}>
              What is held back
            </Link>
          )}
          <CopyCommand
            cli={`komodor-port explain ${quoted(blueprint)} ${quoted(identifier)}`}
            curl={{ path: `v1/entities/${encodeURIComponent(blueprint)}/${encodeURIComponent(identifier)}` }}
          />
        </p>
      </div>
      {error && (
        <div class="note bad">
          <p>
            <strong>Port:</strong> <Name text={error.message} /> <code>{error.code}</code>
          </p>
        </div>
      )}
      {detail !== undefined && (
        <p>
          {reason !== undefined && <strong>{reason}: </strong>}
          <Name text={detail} />
        </p>
      )}
      {outcome === 'superseded' && <p>Not written by this run: a live event has written something newer meanwhile.</p>}
      <ChangedFields row={row} explained={explained.value} />
      {error && <Exchange exchange={error.exchange} />}
      <Origin source={source} explained={explained} />
      <History rows={explained.value?.history ?? []} runId={runId} />
    </>
  );
}
