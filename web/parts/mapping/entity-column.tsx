import { useMemo } from 'preact/hooks';
import { differenceOf } from '../../../src/answers/map-difference.ts';
import type { MapDocument } from '../../api/documents.ts';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Name } from '../../ui/name.tsx';
import type { Asked } from './ask-when-quiet.ts';
import { AskedLine } from './asked-line.tsx';
import { DifferenceList } from './difference-list.tsx';
import { ResultRow } from './result-row.tsx';

interface Props {
  readonly kind: string;
  /** With the text that is being edited. */
  readonly edited: Asked<MapDocument>;
  readonly inUse: Asked<MapDocument>;
  /** Whether there is an item that can be mapped. */
  readonly hasItem: boolean;
}

/** What comes out, and how that differs from what the mapping in use makes of the item. */
export function EntityColumn({ kind, edited, inUse, hasItem }: Props) {
  const [after, before] = [edited.value, inUse.value];
  const difference = useMemo(
    () => (before === undefined || after === undefined ? undefined : differenceOf(before, after)),
    [before, after],
  );
  return (
    <section class="column entity" aria-label="What comes out">
      <div class="row apart">
        <h2>What comes out</h2>
        <CopyCommand cli={`komodor-port map item.json --kind ${kind} --mapping mapping.yaml`} />
      </div>
      {!hasItem ? (
        <Empty what="There is no item to map.">
          <p>Choose one, or paste JSON.</p>
        </Empty>
      ) : (
        <>
          <AskedLine failed={failedWords(edited)} busy="Mapping the item…" done="" asked={edited} />
          {edited.problem?.errors.map(({ message = '' }) => (
            <p key={message} class="note bad">
              <Name text={message} />
            </p>
          ))}
          <div class="results" tabIndex={0} role="region" aria-label="Result" aria-busy={edited.state !== 'answered'}>
            {difference !== undefined && edited.problem === undefined && (
              <DifferenceList item={difference.items[0]} from={difference.from} />
            )}
            {after?.problems.map((problem) => (
              <p key={problem} class="note warn">
                <Name text={problem} />
              </p>
            ))}
            {after?.items[0]?.rows.map((row, index) => (
              <ResultRow key={`${row.entry} ${index}`} row={row} />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function failedWords({ problem }: Asked<unknown>): string {
  return problem?.code === 'invalid_request' ? 'The mapping cannot be used as a whole' : 'Could not map the item';
}
