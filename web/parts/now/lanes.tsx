import { STAGES } from '../../../src/core/run-times.ts';
import { countText } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import { isNarrow } from '../../ui/narrow.ts';
import { API_NAMES } from './attention.ts';
import { doneIn, type KindRow, type LaneView, type WaitRow } from './lane-view.ts';

/** Up to so many kinds each lane has its name. */
export const ROOMY_KINDS = 4;
const COLUMNS = ['read', 'compare', 'write', 'delete'] as const;
const TITLES = { read: 'Read', compare: 'Compared', write: 'Written', delete: 'Deleted' } as const;

/** A run as swim lanes: a row for each kind, a lane for each stage, and the waits of each API. */
export function Lanes({ view, label }: { readonly view: LaneView; readonly label: string }) {
  const { kinds, waits, ticks } = view;
  const columns = isNarrow.value ? (['read', 'write'] as const) : COLUMNS;
  return (
    <table
      class={kinds.length <= ROOMY_KINDS ? 'swim roomy' : 'swim'}
      style={{ '--step': view.step }}
      aria-label={label}
    >
      <thead>
        <tr>
          {!isNarrow.value && <th scope="col">Kind</th>}
          <th scope="col" class="track-head">
            <span class="seen-by-readers">{isNarrow.value ? 'Kind' : 'Time'}</span>
            <span class="axis" aria-hidden="true">
              {ticks.map(({ at, text }) => (
                <span key={text} style={{ '--at': at }}>
                  {text}
                </span>
              ))}
            </span>
          </th>
          {columns.map((stage) => (
            <th key={stage} scope="col" class="number">
              {TITLES[stage]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {kinds.map((row) => (
          <tr key={row.kind}>
            {!isNarrow.value && (
              <th scope="row">
                <Name text={row.kind} cut />
              </th>
            )}
            <td class="tracks">
              {isNarrow.value && <Name text={row.kind} cut />}
              <StageLanes row={row} />
            </td>
            {columns.map((stage) => (
              <td key={stage} class="number">
                <Done count={doneIn(row, stage)} />
              </td>
            ))}
          </tr>
        ))}
        {waits.map((row) => (
          <WaitLane key={row.side} row={row} span={columns.length} />
        ))}
      </tbody>
    </table>
  );
}

function StageLanes({ row: { stages } }: { readonly row: KindRow }) {
  return (
    <div class="lanes" aria-hidden="true">
      {STAGES.map((stage) => {
        const bar = stages.find((each) => each.stage === stage);
        return (
          <div key={stage} class="lane">
            <span class="lane-name">{stage}</span>
            <span class="track">
              {bar && (
                <span
                  class={`lane-bar ${bar.done > 0 ? stage : ''}${bar.goesOn ? ' goes-on' : ''}`}
                  title={bar.words}
                  style={{ '--from': bar.from, '--length': bar.length, '--busy': bar.busy }}
                />
              )}
            </span>
          </div>
        );
      })}
    </div>
  );
}

function WaitLane({ row: { side, bars, words }, span }: { readonly row: WaitRow; readonly span: number }) {
  const name = `${API_NAMES[side] ?? side} waited`;
  return (
    <tr>
      {!isNarrow.value && <th scope="row">{name}</th>}
      <td class="tracks">
        {isNarrow.value && name}
        <div class="lanes waits" aria-hidden="true">
          <div class="lane">
            <span class="lane-name" />
            <span class="track">
              {bars.map((bar) => (
                <span
                  key={bar.from}
                  class="lane-bar wait"
                  title={bar.words}
                  style={{ '--from': bar.from, '--length': bar.length }}
                />
              ))}
            </span>
          </div>
        </div>
      </td>
      <td colSpan={span} class="small">
        {words}
      </td>
    </tr>
  );
}

function Done({ count }: { readonly count: number | undefined }) {
  return count === undefined ? <span class="quiet">–</span> : countText(count);
}
