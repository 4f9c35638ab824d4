import type { Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Link, pathOf } from '../../router.tsx';
import { plural } from '../../ui/format.ts';
import { shortClock, shortDate } from '../../ui/short-time.ts';
import { zone } from '../../ui/time.tsx';
import { wordOf } from '../../ui/words.ts';
import type { RunEntry } from './filter.ts';
import { PlotPicture, timeScale } from './plot-picture.tsx';
import { type Measure, nearestRun, neighbour, summaryText } from './series.ts';
import { useWidth } from './use-width.ts';

interface Props {
  readonly measure: Measure;
  readonly runs: readonly RunEntry[];
  /** All plots show the same run under the pointer. */
  readonly pointed: Signal<RunEntry | undefined>;
}

/** One measure of the resyncs over time. It leads to the run that is pointed at; arrow keys point, too. */
export function Plot({ measure, runs, pointed }: Props) {
  const figure = useRef<HTMLElement>(null);
  const width = useWidth(figure);
  const words = summaryText(runs, measure);
  const run = pointed.value;
  const target = run ?? runs.at(-1);
  if (target === undefined) return null;

  const point = (event: MouseEvent) => {
    const left = figure.current?.getBoundingClientRect().left ?? 0;
    pointed.value = nearestRun(runs, event.clientX - left, timeScale(runs, width));
  };
  const leave = () => (pointed.value = undefined);
  return (
    <figure class="plot" ref={figure}>
      <figcaption>
        <span class="plot-name">{measure.name}</span>
        <span class="small quiet number">{run === undefined ? words : pointText(run, measure)}</span>
      </figcaption>
      <div class="plot-frame">
        <span
          role="img"
          aria-label={`${measure.name} of ${plural(runs.length, 'resync')}: ${words}. The table below has each of them.`}
        >
          {width > 0 && <PlotPicture measure={measure} runs={runs} pointed={run} width={width} />}
        </span>
        {/* Over the picture, whose texts are not the link's. */}
        <Link
          class="plot-box"
          to={pathOf('runs', target.runId)}
          title={pointText(target, measure)}
          onPointerMove={point}
          onPointerDown={point}
          // A finger leaves before the click that it makes.
          onPointerLeave={({ pointerType }) => pointerType !== 'touch' && leave()}
          onBlur={leave}
          onKeyDown={(event) => {
            const next = neighbour(runs, target, event.key);
            if (next === undefined) return;
            event.preventDefault();
            pointed.value = next;
          }}
        >
          <span class="seen-by-readers">{`${measure.name}, ${pointText(target, measure)}`}</span>
        </Link>
      </div>
    </figure>
  );
}

function pointText(run: RunEntry, { of, text }: Measure): string {
  const value = of(run);
  const at = new Date(run.at);
  return `${shortDate(at, zone.value)} ${shortClock(at, zone.value)}: ${value === null ? 'not known' : text(value)}, ${wordOf(run.status).word.toLowerCase()}`;
}
