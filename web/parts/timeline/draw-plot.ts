import uPlot from 'uplot';
import type { Zone } from '../../ui/short-time.ts';
import type { RunEntry } from './filter.ts';
import { paintMarker } from './paint-marker.ts';
import { type Measure, nearestRun, timeTexts } from './series.ts';

interface Drawing {
  readonly measure: Measure;
  readonly runs: readonly RunEntry[];
  readonly zone: Zone;
  readonly onPoint: (run: RunEntry | undefined) => void;
  readonly onOpen: (run: RunEntry) => void;
}

const HEIGHT = 120;
/** All plots show the same moment under the pointer. */
const SYNC = 'resyncs';

/** Draws a measure into a box, and again when its width changes. @returns takes it away */
export function drawPlot(box: HTMLElement, drawing: Drawing): () => void {
  const { measure, runs, onPoint, onOpen } = drawing;
  const data: uPlot.AlignedData = [runs.map(({ at }) => Date.parse(at) / 1_000), runs.map(measure.of)];
  const plot = new uPlot(optionsOf(box, drawing), data, box);
  const runUnder = ({ cursor: { left = -1 } }: uPlot) =>
    left < 0 ? undefined : nearestRun(runs, plot.posToVal(left, 'x'));
  plot.over.addEventListener('click', () => {
    const run = runUnder(plot);
    if (run !== undefined) onOpen(run);
  });
  const sized = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  sized.observe(box);
  return () => {
    sized.disconnect();
    plot.destroy();
    onPoint(undefined);
  };
}

function optionsOf(box: HTMLElement, { measure, runs, zone, onPoint }: Drawing): uPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const colour = (token: string) => styles.getPropertyValue(token).trim();
  const font = `11px ${getComputedStyle(box).fontFamily}`;
  const axis = { stroke: colour('--ink-2'), font, ticks: { show: false } };
  const grid = { stroke: colour('--line'), width: 1 };
  return {
    ...{ width: box.clientWidth, height: HEIGHT, padding: [6, 8, 0, 0], legend: { show: false } },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: SYNC } },
    scales: { y: { range: (_, __, most) => [0, Math.max(measure.least, (most ?? 0) * 1.1)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 22, space: 56, values: (_, splits) => [...timeTexts(splits, zone)] },
      { ...axis, grid, size: 52, space: 34, values: (_, splits) => splits.map(measure.text) },
    ],
    series: [{}, { stroke: colour('--line-2'), width: 1, points: { show: false } }],
    hooks: {
      draw: [
        (plot) => {
          for (const run of runs) {
            const value = measure.of(run);
            if (value === null) continue;
            const x = plot.valToPos(Date.parse(run.at) / 1_000, 'x', true);
            paintMarker(plot.ctx, run.status, { x, y: plot.valToPos(value, 'y', true) }, colour);
          }
        },
      ],
      setCursor: [
        (plot) => {
          const { left = -1 } = plot.cursor;
          onPoint(left < 0 ? undefined : nearestRun(runs, plot.posToVal(left, 'x')));
        },
      ],
    },
  };
}
