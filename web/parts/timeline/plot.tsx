import 'uplot/dist/uPlot.min.css';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { navigate, pathOf } from '../../router.tsx';
import { plural } from '../../ui/format.ts';
import { shortClock, shortDate } from '../../ui/short-time.ts';
import { zone } from '../../ui/time.tsx';
import { wordOf } from '../../ui/words.ts';
import { drawPlot } from './draw-plot.ts';
import type { RunEntry } from './filter.ts';
import { type Measure, summaryText } from './series.ts';
import { themeRound } from './theme-round.ts';

/** One measure of the resyncs over time. A point leads to its run. */
export function Plot({ measure, runs }: { readonly measure: Measure; readonly runs: readonly RunEntry[] }) {
  const box = useRef<HTMLDivElement>(null);
  const pointed = useSignal<RunEntry | undefined>(undefined);
  const round = themeRound.value;
  const names = runs.map(({ id }) => id).join();

  useEffect(() => {
    if (box.current === null) return;
    return drawPlot(box.current, {
      ...{ measure, runs, zone: zone.value },
      onPoint: (run) => (pointed.value = run),
      onOpen: (run) => navigate(pathOf('runs', run.runId)),
    });
  }, [names, round, zone.value]);

  const words = summaryText(runs, measure);
  return (
    <figure class="plot">
      <figcaption>
        <span class="plot-name">{measure.name}</span>
        <span class="small quiet number">
          {pointed.value === undefined ? words : pointText(pointed.value, measure)}
        </span>
      </figcaption>
      <div
        ref={box}
        class="plot-box"
        role="img"
        aria-label={`${measure.name} of ${plural(runs.length, 'resync')}: ${words}. The table below has each of them.`}
      />
    </figure>
  );
}

function pointText(run: RunEntry, { of, text }: Measure): string {
  const value = of(run);
  const at = new Date(run.at);
  return `${shortDate(at, zone.value)} ${shortClock(at, zone.value)}: ${value === null ? 'not known' : text(value)}, ${wordOf(run.status).word.toLowerCase()}`;
}
