import { createRandom, type Random } from '../random.ts';
import type { World } from './model.ts';
import { removeOne, replaceOne, rowsOf } from './rows-of.ts';
import { placeOf } from './services.ts';

export const JOB_TYPES = ['job', 'cronjob'] as const;
export const JOB_STATUSES = ['failed', 'running', 'completed', 'resumed', 'suspended', 'unknown'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** A job or cronjob, exactly as Komodor sends it. Times are in seconds since 1970. */
export interface WorldJob {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly kind: 'Job' | 'CronJob';
  readonly status: JobStatus;
  readonly link: string;
  readonly uid?: string;
  /** Absent for a cronjob that never ran. */
  readonly startTime?: number;
  /** Why it failed, where Komodor knows. */
  readonly issueData?: { readonly reason: string; readonly errorMessage: string; readonly podStatus: string };
}

const DAY = 86_400;
/** For every ten services of a world so many jobs and cronjobs. */
const OF_TEN = 7;
const ACCOUNT = 'acme';

const CRON_TASKS = ['backup', 'report', 'cleanup', 'reindex', 'invoice-run', 'vacuum', 'rotate-keys', 'sync'] as const;
const TASKS = ['migrate', 'import', 'seed-data', 'warm-cache', 'backfill'] as const;

const CRON_STATUSES = [
  ['completed', 70],
  ['resumed', 10],
  ['failed', 8],
  ['suspended', 6],
  ['running', 4],
  ['unknown', 2],
] as const satisfies readonly (readonly [JobStatus, number])[];
const STATUSES = [
  ['completed', 74],
  ['failed', 14],
  ['running', 8],
  ['suspended', 2],
  ['unknown', 2],
] as const satisfies readonly (readonly [JobStatus, number])[];

const FAILURES = [
  ['BackoffLimitExceeded', 'Job has reached the specified backoff limit', 'Error'],
  ['DeadlineExceeded', 'Job was active longer than specified deadline', 'Terminating'],
  ['OOMKilled', 'Container exceeded its memory limit', 'OOMKilled'],
  ['NonZeroExitCode', 'Container exited with code 1', 'Error'],
  ['Image', 'Back-off pulling image', 'ImagePullBackOff'],
] as const;

/** The jobs of a world: to be read, and changed, as the lists of services and risks are. */
export const jobsOf = rowsOf(({ seed, began, clusters }) =>
  jobsAtFirst(
    seed,
    began,
    clusters.map(({ name }) => name),
  ),
);

/** The jobs that a world begins with. */
export function jobsAtFirst(seed: number, began: World['began'], clusters: readonly string[]): readonly WorldJob[] {
  const count = Math.round((began.services * OF_TEN) / 10);
  return Array.from({ length: count }, (_, at) => makeJob(seed, at, clusters, began.now));
}

/** Job number `index` of a world: it depends on the seed and the number only, not on how large the world is. */
function makeJob(seed: number, index: number, clusters: readonly string[], now: number): WorldJob {
  const random = createRandom(seed, 'job', index);
  const cluster = clusters[index % clusters.length] ?? '';
  const number = Math.floor(index / clusters.length);
  const { namespace, service } = placeOf(number);
  // Number and place give the name, so that it comes never twice.
  const isCron = number % 5 < 3;
  const name = isCron
    ? `${service}-${random.pick(CRON_TASKS)}`
    : `${service}-${random.pick(TASKS)}-${random.int(28_900_000, 29_900_000)}`;
  const status = isCron ? random.weighted<JobStatus>(CRON_STATUSES) : random.weighted<JobStatus>(STATUSES);
  const idle = isCron && (status === 'suspended' || status === 'resumed') && random.chance(0.5);
  const age = status === 'running' ? random.int(5, 3_600) : random.int(60, (isCron ? 1 : 14) * DAY);
  return {
    cluster,
    namespace,
    name,
    kind: isCron ? 'CronJob' : 'Job',
    status,
    link: jobLink(cluster, namespace, name),
    ...(random.chance(0.95) && { uid: random.uuid() }),
    ...(!idle && { startTime: now - age }),
    ...(status === 'failed' && random.chance(0.9) && { issueData: makeFailure(random) }),
  };
}

function makeFailure(random: Random): NonNullable<WorldJob['issueData']> {
  const [reason, errorMessage, podStatus] = random.pick(FAILURES);
  return { reason, errorMessage, podStatus };
}

function jobLink(cluster: string, namespace: string, name: string): string {
  const id = encodeURIComponent(`${ACCOUNT}.${cluster}-${namespace}.${name}`);
  return `https://app.komodor.com/jobs/${id}?workspaceId=null&referer=public-api`;
}

/** Lets a job fail, one vanish and one appear. Returns one sentence for each. */
export function changeJobs(world: World, step: number): string[] {
  const jobs = jobsOf(world);
  const random = createRandom(world.seed, 'jobs', 'step', step);
  const failed = replaceOne(
    jobs,
    random,
    (job): readonly [WorldJob, string] => [
      { ...job, status: 'failed', startTime: world.now - random.int(5, 290), issueData: makeFailure(random) },
      `${nameOf(job)} failed.`,
    ],
    ({ status }) => status !== 'failed' && status !== 'suspended',
  );
  const gone = removeOne(jobs, random);
  const clusters = world.clusters.map(({ name }) => name);
  // Numbers far beyond those the world began with: no old name comes back.
  const added = makeJob(world.seed, 10_000_000 + step, clusters, world.now);
  jobs.push(added);
  return [...failed, ...(gone === undefined ? [] : [`${nameOf(gone)} was removed.`]), `${nameOf(added)} is new.`];
}

function nameOf({ kind, cluster, namespace, name }: WorldJob): string {
  return `${kind} ${cluster}/${namespace}/${name}`;
}
