import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startPartner } from './messages.ts';
import { complaintsAbout, type Sample, trendOf } from './trend.ts';

/**
 * Hours of operation in minutes: the service in a process of its own, its surroundings in another, and time that runs
 * faster because what happens once a minute happens once a second. Prints a table and a verdict; exits with 1 when memory
 * or handles grow, or when Port is not what it should be in the end.
 */

const MIB = 1_048_576;
const SAMPLE_EVERY_MINUTES = 2;
const ROW_EVERY_MINUTES = 10;
const HELP = `npm run soak [-- OPTIONS]
  --hours N        hours of operation (2)
  --minute-ms N    how long a minute of them takes, in milliseconds (1000)
  --services N     how many services Komodor has, with as many risks (300)
  --seed N         seed of the data (1)
  --bound-mib N    how much the heap may grow in an hour (1); of many hours, less is right: 0.1
  --bound-handles N  how many more handles there may be late than early (6); of minutes, more is right: pools still fill
  --leak-mib N     lets the service leak so much a minute, to see that it is noticed (0)
REDIS_URL: the queue lives in this Redis, and its keys are counted; it should be an empty one.`;

const number = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    hours: { ...number, default: '2' },
    'minute-ms': { ...number, default: '1000' },
    services: { ...number, default: '300' },
    seed: { ...number, default: '1' },
    'bound-mib': { ...number, default: '1' },
    'bound-handles': { ...number, default: '6' },
    'leak-mib': { ...number, default: '0' },
    help: { type: 'boolean', default: false },
  },
});
const options = z
  .object({
    hours: z.coerce.number().positive(),
    'minute-ms': z.coerce.number().min(50),
    services: z.coerce.number().int().min(10),
    seed: z.coerce.number().int(),
    'bound-mib': z.coerce.number(),
    'bound-handles': z.coerce.number(),
    'leak-mib': z.coerce.number().min(0),
  })
  .parse(values);
const bounds = { heapPerHour: options['bound-mib'] * MIB, handles: options['bound-handles'], redisKeysPerHour: 20 };

const openedSchema = z.object({ env: z.record(z.string(), z.string()) });
const livedSchema = z.object({
  events: z.number(),
  refused: z.number(),
  faults: z.number(),
  buttons: z.number(),
});
const keysSchema = z.object({ redisKeys: z.number().nullable() });
const sampleSchema = z.object({
  heap: z.number(),
  resident: z.number(),
  handles: z.number(),
  sockets: z.number(),
  lagMs: z.number(),
});
const runsSchema = z.object({ runs: z.array(z.object({ status: z.string() })) });

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

if (values.help) say(HELP);
else process.exitCode = await soak();

async function soak(): Promise<number> {
  const minuteMs = options['minute-ms'];
  const { hours, services, seed } = options;
  const surroundings = { PATH: process.env.PATH, HOME: process.env.HOME };
  const outside = startPartner('./outside.ts', surroundings);
  const inside = startPartner('./inside.ts', surroundings);
  const redisUrl = process.env.REDIS_URL;
  const { env } = openedSchema.parse(
    await outside.ask({ type: 'open', services, seed, ...(redisUrl === undefined ? {} : { redisUrl }) }),
  );
  const { url } = z.object({ url: z.string() }).parse(await inside.ask({ type: 'start', env, minuteMs }));

  const samples: Sample[] = [];
  let lived = { events: 0, refused: 0, faults: 0, buttons: 0 };
  say(row(['minute', 'heap MiB', 'RSS MiB', 'handles', 'sockets', 'lag ms', 'redis keys', 'events', 'faults']));
  for (let minute = SAMPLE_EVERY_MINUTES; minute <= hours * 60; minute += SAMPLE_EVERY_MINUTES) {
    lived = livedSchema.parse(await outside.ask({ type: 'live', url, minutes: SAMPLE_EVERY_MINUTES, minuteMs }));
    const leakBytes = options['leak-mib'] * MIB * SAMPLE_EVERY_MINUTES;
    const sample = sampleSchema.parse(await inside.ask({ type: 'sample', leakBytes }));
    const { redisKeys } = keysSchema.parse(await outside.ask({ type: 'count-keys' }));
    samples.push({ minute, redisKeys, ...sample });
    if (minute % ROW_EVERY_MINUTES === 0) printRow(samples, lived);
  }
  const runs = await countRuns(url, env.API_TOKEN ?? '');
  const { isTrue } = z.object({ isTrue: z.boolean() }).parse(await outside.ask({ type: 'settle', url }));
  await inside.ask({ type: 'stop' });
  inside.end();
  outside.end();
  return verdict(samples, lived, runs, isTrue);
}

type Lived = z.infer<typeof livedSchema>;

function printRow(samples: readonly Sample[], { events, faults }: Lived): void {
  const last = samples.at(-1);
  if (last === undefined) return;
  const lagMs = Math.max(...samples.slice(-ROW_EVERY_MINUTES / SAMPLE_EVERY_MINUTES).map((sample) => sample.lagMs));
  const { minute, heap, resident, handles, sockets, redisKeys } = last;
  const sizes = [(heap / MIB).toFixed(2), (resident / MIB).toFixed(0)];
  say(row([minute, ...sizes, handles, sockets, lagMs.toFixed(0), redisKeys ?? '-', events, faults]));
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(10)).join(' ');
}

/** The runs that the service remembers: the last two hundred. */
async function countRuns(url: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/v1/runs?limit=200`, { headers });
  const { runs } = runsSchema.parse(await answer.json());
  const counts = new Map<string, number>();
  for (const { status } of runs) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}

/** @returns the exit code */
function verdict(samples: readonly Sample[], lived: Lived, runs: string, isTrue: boolean): number {
  const trend = trendOf(samples);
  const complaints = [
    ...complaintsAbout(trend, bounds),
    ...(isTrue ? [] : ['in the end Port is not what the mapping makes of Komodor']),
  ];
  const keys = trend.redisKeysPerHour === null ? '' : `, Redis keys ${trend.redisKeysPerHour.toFixed(1)} an hour`;
  say(
    `\nSecond half: heap ${(trend.heapPerHour / MIB).toFixed(3)} MiB an hour (${bounds.heapPerHour / MIB} allowed), handles ${trend.handles.toFixed(1)} more${keys}` +
      `\n${lived.events} webhooks (${lived.refused} refused), ${lived.faults} faults, ${lived.buttons} clicks on Resync; of the latest runs: ${runs}`,
  );
  for (const complaint of complaints) say(`NOT FLAT: ${complaint}`);
  if (complaints.length === 0) say('Flat, and Port is what it should be.');
  return complaints.length === 0 ? 0 : 1;
}
