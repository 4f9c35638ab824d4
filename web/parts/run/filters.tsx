import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { download } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { setQuery } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { countText } from '../../ui/format.ts';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { quoted } from '../../ui/visible.ts';
import { wordOf } from '../../ui/words.ts';
import { isFiltered, optionsText, type RowFilter } from './filter.ts';

interface Props {
  readonly runId: string;
  readonly filter: RowFilter;
  readonly blueprints: readonly string[];
  /** How many rows fit, as far as that is known. */
  readonly shown: { readonly count: number; readonly isAll: boolean };
  readonly canExport: boolean;
}

const TYPING_MS = 250;

/** Search, blueprint, what is chosen, and the same rows as files. */
export function Filters({ runId, filter, blueprints, shown, canExport }: Props) {
  const typed = useSignal<string | undefined>(undefined);
  const sent = useRef(filter.q ?? '');
  const failed = useSignal<ApiProblem | undefined>(undefined);
  useEffect(() => {
    if (typed.value === undefined) return;
    const timer = setTimeout(() => {
      sent.current = typed.peek() ?? '';
      setQuery({ q: sent.current, row: undefined });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed.value]);
  // The search was changed elsewhere: by a number, or by an address.
  useEffect(() => {
    if ((filter.q ?? '') !== sent.current) typed.value = undefined;
    sent.current = filter.q ?? '';
  }, [filter.q]);
  const path = `v1/runs/${encodeURIComponent(runId)}`;
  const save = (file: string, query: RowFilter = filter) => {
    failed.value = undefined;
    download(`${path}/${file}`, `${runId}-${file}`, { ...query }).catch((error: unknown) => {
      failed.value = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
    });
  };
  const chosen = [filter.action, filter.outcome].filter((name) => name !== undefined).map((name) => wordOf(name).word);
  return (
    <>
      <div class="row run-filters">
        <input
          class="input"
          type="search"
          aria-label="Find in identifiers and titles of this run"
          placeholder="Find in identifiers and titles"
          value={typed.value ?? filter.q ?? ''}
          maxLength={200}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
        />
        <select
          class="input"
          aria-label="Blueprint"
          value={filter.blueprint ?? ''}
          onChange={(event) => setQuery({ blueprint: event.currentTarget.value, row: undefined })}
        >
          <option value="">All blueprints</option>
          {[...new Set([...blueprints, ...(filter.blueprint ? [filter.blueprint] : [])])].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <span class="quiet number" role="status">
          {chosen.length > 0 && `${chosen.join(', ')}: `}
          {countText(shown.count)}
          {shown.isAll ? '' : ' or more'} {shown.count === 1 ? 'row' : 'rows'}
        </span>
        {isFiltered(filter) && (
          <Button
            look="plain"
            onClick={() => {
              typed.value = undefined;
              setQuery({ action: undefined, outcome: undefined, blueprint: undefined, q: undefined, row: undefined });
            }}
          >
            Show all
          </Button>
        )}
        <span class="row run-files">
          <Button disabled={!canExport} onClick={() => save('changes.csv')}>
            CSV
          </Button>
          <Button disabled={!canExport} onClick={() => save('changes.ndjson')}>
            NDJSON
          </Button>
          <Button disabled={!canExport} onClick={() => save('report.html', {})}>
            Report
          </Button>
          <CopyCommand
            cli={`komodor-port changes ${quoted(runId)}${optionsText(filter)}`}
            curl={{ path: `${path}/changes`, query: { ...filter } }}
          />
        </span>
      </div>
      {failed.value && <ProblemBox what="Could not save the file" problem={failed.value} />}
    </>
  );
}
