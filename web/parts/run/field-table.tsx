import type { FieldsDocument } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { Shape } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { shortClock, shortDate } from '../../ui/short-time.ts';
import { bothTimes, zone } from '../../ui/time.tsx';
import { wordOf } from '../../ui/words.ts';
import { cellNumbers, cellText, changeText, type FieldCell, levelOf, type Worsening } from './field-cells.ts';

interface Props {
  readonly runs: FieldsDocument['runs'];
  readonly rows: readonly Worsening[];
  readonly runId: string | undefined;
}

export function FieldTable({ runs, rows, runId }: Props) {
  return (
    <section class="wide" tabIndex={0} aria-label="Fields without a value, run by run">
      <table class="field-table">
        <thead>
          <tr>
            <th scope="col">Expression</th>
            <th scope="col">Change</th>
            {runs.map((run) => (
              <RunColumn key={run.runId} run={run} isThis={run.runId === runId} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <FieldLine key={`${one.row.entry} ${one.row.path} ${one.row.expression}`} one={one} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function RunColumn({ run, isThis }: { readonly run: Props['runs'][number]; readonly isThis: boolean }) {
  const { word, tone, shape } = wordOf(run.status);
  const at = new Date(run.startedAt);
  const title = `${word}, ${bothTimes(run.startedAt)}`;
  return (
    <th scope="col" class={isThis ? 'this' : undefined}>
      <Link to={pathOf('runs', run.runId)} title={title}>
        <span class={`mark tone-${tone}`}>
          <Shape shape={shape} />
        </span>
        <span class="seen-by-readers">{word}</span>
        <span>{shortDate(at, zone.value)}</span>
        <span class="number">{shortClock(at, zone.value)}</span>
      </Link>
    </th>
  );
}

function FieldLine({ one }: { readonly one: Worsening }) {
  const { entry, kind, blueprint, path, expression, cells } = one.row;
  return (
    <tr>
      <th scope="row">
        <Name text={path} />
        <span class="small quiet">
          <Name text={`${kind} → ${blueprint ?? 'computed'} · ${entry}`} />
        </span>
        <code>
          <Name text={expression} cut />
        </code>
      </th>
      <td class="small">{changeText(one)}</td>
      {cells.map((cell, index) => (
        <Cell key={index} cell={cell} />
      ))}
    </tr>
  );
}

function Cell({ cell }: { readonly cell: FieldCell }) {
  const numbers = cellNumbers(cell);
  return (
    <td class={`cell ${levelOf(cell)}`} title={numbers}>
      <span aria-hidden="true">{cellText(cell)}</span>
      <span class="seen-by-readers">{numbers}</span>
    </td>
  );
}
