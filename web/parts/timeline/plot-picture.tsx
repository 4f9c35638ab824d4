import { zone } from '../../ui/time.tsx';
import { type RunEntry, STATUSES } from './filter.ts';
import { COUNT_STEPS, lineThrough, marksOf, placeOf, type Scale, TIME_STEPS, timeMarksOf } from './plot-scale.ts';
import { pointShape, pointSize, pointTone } from './point-shape.ts';
import { type Measure, momentOf, timeTexts } from './series.ts';

const HEIGHT = 120;
const TOP = 6;
const BOTTOM = 98;
const LEFT = 56;
const RIGHT = 8;
/** Half of the widest text below the plot. */
const HALF_TEXT = 18;

/** Where moments are in a plot of this width. */
export function timeScale(runs: readonly RunEntry[], width: number): Scale {
  const moments = runs.map(momentOf);
  return { from: Math.min(...moments), to: Math.max(...moments), start: LEFT, end: width - RIGHT };
}

interface Props {
  readonly measure: Measure;
  readonly runs: readonly RunEntry[];
  readonly pointed: RunEntry | undefined;
  readonly width: number;
}

/** Axes, line and points of a measure. Colours are of the style sheet. */
export function PlotPicture({ measure, runs, pointed, width }: Props) {
  const times = timeScale(runs, width);
  const most = Math.max(measure.least, 1.1 * Math.max(0, ...runs.map((run) => measure.of(run) ?? 0)));
  const values: Scale = { from: 0, to: most, start: BOTTOM, end: TOP };
  const points = runs.map((run) => {
    const value = measure.of(run);
    return value === null ? undefined : { x: placeOf(momentOf(run), times), y: placeOf(value, values) };
  });
  const marks = timeMarksOf(times, 56, zone.value);
  const texts = timeTexts(marks, zone.value);
  const room = (times.end - times.start) / runs.length;
  const shapesOf = (status: RunEntry['status']) =>
    runs.map(({ status: own }, at) => {
      const point = points[at];
      return own === status && point !== undefined ? pointShape(status, point, pointSize(status, room)) : '';
    });
  const pointedX = pointed && placeOf(momentOf(pointed), times);
  return (
    <svg viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
      {marksOf(values, 34, measure.unit === 'time' ? TIME_STEPS : COUNT_STEPS).map((value) => (
        <g key={value}>
          <line class="plot-grid" x1={LEFT} x2={times.end} y1={placeOf(value, values)} y2={placeOf(value, values)} />
          <text x={LEFT - 7} y={placeOf(value, values)} text-anchor="end" dy="0.3em">
            {measure.text(value)}
          </text>
        </g>
      ))}
      {marks.map((at, index) => (
        <text key={at} x={Math.min(placeOf(at, times), width - HALF_TEXT)} y={BOTTOM + 16} text-anchor="middle">
          {texts[index]}
        </text>
      ))}
      {pointedX !== undefined && <line class="plot-pointed" x1={pointedX} x2={pointedX} y1={TOP} y2={BOTTOM} />}
      <path class="plot-line" d={lineThrough(points)} />
      {STATUSES.map((status) => (
        <path key={status} class={`plot-points tone-${pointTone(status)} ${status}`} d={shapesOf(status).join('')} />
      ))}
    </svg>
  );
}
