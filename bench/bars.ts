import { fixed, print } from './table.ts';

/** Something that lasted, in milliseconds of one clock. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Spans of one name. */
export interface Row {
  readonly name: string;
  readonly spans: readonly Span[];
}

const COLUMNS = 100;
/** More at a time than this are not drawn one by one: a digit says how many they are. */
const MOST_LANES = 4;

/** Draws rows of spans over time: a bar for each span, or how many are under way where they are too many or too short. */
export function drawBars(rows: readonly Row[], whole: Span): void {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const perColumn = (whole.to - whole.from) / COLUMNS;
  const line = (name: string, cells: string) => print(`${name.padEnd(width)} |${cells.trimEnd()}`);
  line('seconds', axis(whole));
  for (const { name, spans } of rows) {
    const lanes = lanesOf(spans);
    const shortest = Math.min(...spans.map(({ from, to }) => to - from));
    if (lanes.length > MOST_LANES || (shortest < perColumn / 2 && spans.length > 1)) {
      line(name, counted(spans, whole));
      continue;
    }
    for (const [at, lane] of lanes.entries()) line(at === 0 ? name : '', laneCells(lane, whole));
  }
}

/** The time within `whole` in which no span is under way. */
export function idleMs(spans: readonly Span[], whole: Span): number {
  let until = whole.from;
  let idle = 0;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    idle += Math.max(0, from - until);
    until = Math.max(until, to);
  }
  return idle + Math.max(0, whole.to - until);
}

/** The most spans of which each began after the one before had ended. Unlike seconds, a busy machine hardly changes it. */
export function longestChain(spans: readonly Span[]): number {
  let until = Number.NEGATIVE_INFINITY;
  let length = 0;
  for (const { from, to } of spans.toSorted((a, b) => a.to - b.to)) {
    if (from < until) continue;
    until = to;
    length += 1;
  }
  return length;
}

function axis(whole: Span): string {
  const every = 10;
  return Array.from({ length: COLUMNS / every }, (_, at) =>
    fixed(((whole.to - whole.from) * at * every) / COLUMNS / 1000, 2).padEnd(every),
  ).join('');
}

/** As few lanes as do: in a lane no span overlaps another. */
function lanesOf(spans: readonly Span[]): readonly (readonly Span[])[] {
  const lanes: Span[][] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const lane = lanes.find((one) => (one.at(-1)?.to ?? 0) <= span.from);
    if (lane === undefined) lanes.push([span]);
    else lane.push(span);
  }
  return lanes;
}

function columnsOf({ from, to }: Span, whole: Span): { readonly first: number; readonly last: number } {
  const at = (time: number) =>
    Math.min(COLUMNS - 1, Math.max(0, Math.floor(((time - whole.from) / (whole.to - whole.from)) * COLUMNS)));
  return { first: at(from), last: at(to) };
}

/** Neighbours differ, so that one long span and two short ones do not look the same. */
function laneCells(lane: readonly Span[], whole: Span): string {
  const cells = Array<string>(COLUMNS).fill(' ');
  lane.forEach((span, at) => {
    const { first, last } = columnsOf(span, whole);
    cells.fill(at % 2 === 0 ? '=' : '#', first, last + 1);
  });
  return cells.join('');
}

/** How many are under way at most in each column: 1 to 9, a for 10 to z for 35, + for more. */
function counted(spans: readonly Span[], whole: Span): string {
  const changes = spans.flatMap(({ from, to }) => [
    { time: from, by: 1 },
    { time: to, by: -1 },
  ]);
  // An end before a start at the same moment: they do not overlap.
  changes.sort((a, b) => a.time - b.time || a.by - b.by);
  const most = Array<number>(COLUMNS).fill(0);
  let underWay = 0;
  let column = 0;
  for (const { time, by } of changes) {
    const { first } = columnsOf({ from: time, to: time }, whole);
    for (; column < first; column += 1) most[column + 1] = underWay;
    underWay += by;
    most[column] = Math.max(most[column] ?? 0, underWay);
  }
  return most.map((count) => (count === 0 ? ' ' : count > 35 ? '+' : count.toString(36))).join('');
}
