/** What the service's process was like at one moment, when nothing was under way. */
export interface Sample {
  /** Minutes of the soak. */
  readonly minute: number;
  /** Bytes in use after a garbage collection: JavaScript's heap, without compiled code, and what it holds outside. */
  readonly heap: number;
  readonly resident: number;
  /** What keeps an event loop alive, by Node's names for it. */
  readonly handles: number;
  readonly sockets: number;
  /** Longest delay of the event loop since the sample before, in milliseconds. */
  readonly lagMs: number;
  readonly redisKeys: number | null;
}

export interface Bounds {
  /** Bytes per hour of the soak by which the heap may grow. */
  readonly heapPerHour: number;
  readonly handles: number;
  readonly redisKeysPerHour: number;
}

export interface Trend {
  readonly heapPerHour: number;
  /** How many more there are in the last quarter than in the second: connections come and go, so no slope is taken. */
  readonly handles: number;
  readonly redisKeysPerHour: number | null;
}

/** Growth per hour over the second half; by then every cache has what it wants to have. */
export function trendOf(samples: readonly Sample[]): Trend {
  const half = samples.slice(Math.floor(samples.length / 2));
  const perHour = (read: (sample: Sample) => number) => slope(half.map((sample) => [sample.minute / 60, read(sample)]));
  const hasRedis = half.some(({ redisKeys }) => redisKeys !== null);
  return {
    heapPerHour: perHour(({ heap }) => heap),
    handles: meanHandles(quarter(samples, 3)) - meanHandles(quarter(samples, 1)),
    redisKeysPerHour: hasRedis ? perHour(({ redisKeys }) => redisKeys ?? 0) : null,
  };
}

function quarter(samples: readonly Sample[], which: number): readonly Sample[] {
  return samples.slice(Math.floor((samples.length * which) / 4), Math.floor((samples.length * (which + 1)) / 4));
}

function meanHandles(samples: readonly Sample[]): number {
  return samples.reduce((sum, { handles }) => sum + handles, 0) / samples.length;
}

/** Least squares. @returns y per x; not a number for fewer than two different x */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const covariance = mean(points.map(([x, y]) => (x - meanX) * (y - meanY)));
  return covariance / mean(points.map(([x]) => (x - meanX) ** 2));
}

/** What does not hold, in words; nothing when all is well. */
export function complaintsAbout(trend: Trend, bounds: Bounds): readonly string[] {
  return [
    ...beyond('the heap', trend.heapPerHour, bounds.heapPerHour, (n) => `${(n / 1_048_576).toFixed(2)} MiB an hour`),
    ...beyond('the number of handles', trend.handles, bounds.handles, (n) => n.toFixed(1)),
    ...beyond(
      'the number of Redis keys',
      trend.redisKeysPerHour ?? 0,
      bounds.redisKeysPerHour,
      (n) => `${n.toFixed(1)} an hour`,
    ),
  ];
}

function beyond(what: string, value: number, bound: number, format: (value: number) => string): readonly string[] {
  // Written so that something that is no number is no success.
  return value <= bound ? [] : [`${what} grows by ${format(value)}; ${format(bound)} are allowed`];
}
