import { setMaxListeners } from 'node:events';
import type { OfflineSettings } from '../../config/settings.ts';
import type { Mapping } from '../../core/model.ts';
import { redactor } from '../../core/redact.ts';
import type { QueueHealth } from '../../core/run-queue.ts';
import type { JqRunner } from '../../mapping/jq-runner.ts';
import type { GovernorState } from '../../net/governor.ts';
import { catalogFinding } from './catalog-check.ts';
import {
  type CheckTime,
  check,
  type DoctorCheck,
  type Finding,
  failed,
  failureOf,
  ok,
  splitAdvice,
  warning,
} from './check.ts';
import { type ClusterSide, clusterChecks, isOfCluster } from './cluster-checks.ts';
import { type KomodorSide, komodorChecks } from './komodor-checks.ts';
import { httpPortFinding, jqFinding, type MemoryLimits, memoryFinding } from './machine-checks.ts';
import { type ClockOffsets, clockFinding, proxyFinding } from './network-checks.ts';
import { examinePort, type PortSide } from './port-checks.ts';
import { accessFinding, settingsFinding, webhooksFinding } from './settings-checks.ts';

export interface DoctorDocument {
  readonly checks: readonly DoctorCheck[];
}

/** The mapping and blueprint files, as far as the doctor looks at them. */
export interface FilesRead {
  readonly fileOrigin: string;
  readonly fileMapping: { readonly mapping: Mapping; readonly problems: readonly FileProblem[] };
  readonly blueprintProblems: readonly FileProblem[];
  readonly notRead: readonly string[];
}
interface FileProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** What the doctor looks at. Nothing of it is changed. */
export interface Examined {
  readonly settings: OfflineSettings;
  readonly env: NodeJS.Dict<string>;
  readonly secrets: readonly string[];
  /** The files, or why they cannot be read. */
  readonly files: { readonly value: FilesRead } | { readonly error: unknown };
  readonly jq: () => Promise<JqRunner>;
  readonly memory: MemoryLimits;
  /** Whether this process is the service. */
  readonly isListening: boolean;
  /** Undefined without REDIS_URL. */
  readonly redis: (() => Promise<QueueHealth>) | undefined;
  readonly komodor: KomodorSide;
  /** Undefined without KUBERNETES. */
  readonly cluster: ClusterSide | undefined;
  readonly port: PortSide;
  readonly clockOffsets: ClockOffsets;
  readonly traffic: () => readonly GovernorState[];
  readonly limitMs: number;
}

/** Looks at everything that a run or the service needs. Writes nothing. Never throws, and ends within its time. */
export async function examine(examined: Examined, signal: AbortSignal): Promise<DoctorDocument> {
  const { settings, env, redis, clockOffsets, limitMs } = examined;
  // Every check listens to it, and Node would warn of a leak at the eleventh listener.
  setMaxListeners(0, signal);
  const time: CheckTime = { limitMs, signal, whyLate: () => rateLimitIn(examined.traffic()) };
  const here = Promise.all([
    check('settings', time, () => settingsFinding(settings)),
    check('files', time, () => filesFinding(examined.files)),
    check('jq', time, (limited) => jqFinding(examined.jq, limited)),
    check('memory', time, () => memoryFinding(examined.memory)),
    check('http-port', time, (limited) => httpPortFinding(settings, examined.isListening, limited)),
    check('access', time, () => accessFinding(settings)),
    check('webhooks', time, () => webhooksFinding(settings)),
    ...(redis ? [check('redis', time, async () => redisFinding(await redis()))] : []),
    ...(settings.catalogPath === undefined ? [] : [catalogCheck(settings.catalogPath, time)]),
    check('proxy', time, () => proxyFinding(addressesOf(examined), env)),
  ]);
  const port = examinePort(examined.port, env, time);
  const mapping = port.prepared.then((prepared) => prepared?.mapping ?? mappingOf(examined.files));
  const komodor = komodorChecks(examined.komodor, env, mapping.then(ofKomodor), time);
  const cluster = examined.cluster ? clusterChecks(examined.cluster, env, mapping, time) : [];
  const all = [...(await here), ...(await komodor), ...(await cluster), ...(await port.checks)];
  const clock = await check('clock', time, () => clockFinding(clockOffsets.all()));
  const redact = redactor(examined.secrets);
  return {
    checks: [...all, clock].map(({ name, status, detail, advice }) => ({
      name,
      status,
      detail: redact(detail),
      advice: advice === null ? null : redact(advice),
    })),
  };
}

function addressesOf({ komodor, port }: Examined): Parameters<typeof proxyFinding>[0] {
  return [
    ['komodor', komodor.baseUrl],
    ['port', port.baseUrl],
  ];
}

function catalogCheck(path: string, time: CheckTime): Promise<DoctorCheck> {
  return check('catalog', time, () => catalogFinding(path));
}

/** The mapping without what is read from a cluster or a folder. */
function ofKomodor(mapping: Mapping | undefined): Mapping | undefined {
  return mapping && { ...mapping, entries: mapping.entries.filter(({ kind }) => !isOfCluster(kind)) };
}

function mappingOf(files: Examined['files']): Mapping | undefined {
  return 'value' in files ? files.value.fileMapping.mapping : undefined;
}

function filesFinding(files: Examined['files']): Finding {
  if ('error' in files) return failureOf(files.error, 'Check MAPPING_PATH, BLUEPRINTS_PATH and ADD_ONS.');
  const { fileMapping, blueprintProblems, fileOrigin, notRead } = files.value;
  const problems = [...fileMapping.problems, ...blueprintProblems];
  const [worst] = [...problems].sort((a, b) => a.severity.localeCompare(b.severity));
  if (worst !== undefined) {
    const more = problems.length > 1 ? `; and ${problems.length - 1} more` : '';
    const make = worst.severity === 'error' ? failed : warning;
    return make(`${worst.message.replace(/\.$/, '')}${more}`, '`komodor-port lint` shows each with its place.');
  }
  const unread = notRead.length > 0 ? `; not read: ${notRead.join(', ')}` : '';
  return ok(`${fileOrigin} and the blueprints can be read${unread}`);
}

function redisFinding({ ready, detail, advice }: QueueHealth): Finding {
  const toDo = advice.length > 0 ? advice.join(' ') : null;
  if (ready) return toDo === null ? ok(`${detail} can do all that the queue needs`) : warning(detail, toDo);
  const { detail: what, advice: own } = splitAdvice(detail);
  return failed(
    what,
    own ?? toDo ?? 'Check REDIS_URL and the server; docs/container.md says what the queue needs of Redis.',
  );
}

function rateLimitIn(states: readonly GovernorState[]): string | undefined {
  const waiting = states.find(({ waitingUntil }) => waitingUntil !== undefined);
  if (waiting?.waitingUntil === undefined) return undefined;
  const until = new Date(waiting.waitingUntil).toISOString();
  return `the rate limit of ${waiting.side === 'port' ? 'Port' : 'Komodor'} makes requests wait until ${until}`;
}
