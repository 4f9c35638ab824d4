import type { Kind } from '../core/model.ts';
import type { KindProgress, RunObserver } from '../core/ports.ts';
import type { RunMode } from '../core/report.ts';
import type { PerSide } from '../core/sides.ts';
import type { GovernorState } from '../net/governor.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface ProgressDisplay {
  readonly observer: RunObserver;
  /** Clears the live line. */
  stop(): void;
}

export interface ProgressOptions {
  readonly logger: Logger;
  readonly mode: RunMode;
  /** If this is a terminal, the live line is written to it. Otherwise progress is logged. */
  readonly out: NodeJS.WriteStream;
  readonly traffic: () => PerSide<GovernorState>;
}

const REDRAW_MS = 150;
const LOG_EVERY_MS = 10_000;

/** Shows the progress of a run: on a terminal one line that is redrawn, elsewhere log lines. */
export function showProgress({ logger, mode, out, traffic }: ProgressOptions): ProgressDisplay {
  /** Kinds that are being read, side by side. */
  const current = new Map<Kind, KindProgress>();
  const startedAt = performance.now();
  /** The text while no kind is being read. */
  let phase = 'Connecting to Port …';
  const isLive = out.isTTY === true;
  const clear = () => void (isLive && out.write('\r\u001b[K'));
  const draw = () => {
    const now = traffic();
    const done = current.size === 0 ? phase : progressLine([...current.values()], startedAt, now);
    const line = `${done}${waitingFor(now)}`;
    // One column less than the width, because a full line would scroll.
    out.write(`\r\u001b[K${line.slice(0, (out.columns || 120) - 1)}`);
  };
  const log = () => {
    for (const progress of current.values())
      logger.info({ ...countsOf(progress, mode), phase: 'extract' }, 'kind in progress');
  };
  const timer = setInterval(isLive ? draw : log, isLive ? REDRAW_MS : LOG_EVERY_MS);
  timer.unref();
  if (isLive) draw();
  return {
    observer: {
      mappingRead() {
        phase = 'Reading what Port has …';
      },
      kindStarted(kind) {
        current.set(kind, { kind, pages: 0, items: 0, written: 0, unchanged: 0 });
        if (!isLive) logger.info({ kind, phase: 'extract' }, 'kind started');
      },
      progress(progress) {
        current.set(progress.kind, progress);
      },
      kindFinished(progress) {
        if (!isLive) logger.info({ ...countsOf(progress, mode), phase: 'extract' }, 'kind read');
        else out.write(`\r\u001b[K${finishedLine(progress, mode)}\n`);
        current.delete(progress.kind);
        phase = mode === 'plan' ? 'Comparing what is left …' : 'Writing what is left …';
      },
      problem({ severity, code, message, kind }) {
        // On a terminal the report follows and lists all problems.
        if (isLive) return;
        const log = severity === 'error' ? logger.error.bind(logger) : logger.warn.bind(logger);
        log({ code, ...(kind === undefined ? {} : { kind }), detail: message }, 'problem');
      },
      deletionsDecided(blueprint, stale, decision) {
        phase = 'Deciding what may be deleted …';
        if (decision.type === 'delete')
          logger.info({ blueprint, count: stale.length, phase: 'reconcile' }, 'deleting stale entities');
      },
    },
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}

/** The counts of a kind. A plan writes nothing, so it has no `written`. */
function countsOf({ written, ...progress }: KindProgress, mode: RunMode): Readonly<Record<string, unknown>> {
  return mode === 'plan' ? { ...progress, toWrite: written } : { ...progress, written };
}

function finishedLine({ kind, items, written, unchanged }: KindProgress, mode: RunMode): string {
  return `${kind}  ${items} items  ${written} ${mode === 'plan' ? 'to write' : 'written'}  ${unchanged} unchanged`;
}

/** With many kinds at once only their sum fits into a line. */
const KINDS_IN_A_LINE = 3;

function progressLine(kinds: readonly KindProgress[], startedAt: number, traffic: PerSide<GovernorState>): string {
  const items = kinds.reduce((sum, one) => sum + one.items, 0);
  const seconds = Math.max((performance.now() - startedAt) / 1000, 0.001);
  const { komodor, port, kubernetes } = traffic;
  const cluster = kubernetes === undefined ? '' : `, ${kubernetes.requests} cluster`;
  const requests = `requests ${komodor.requests} Komodor, ${port.requests} Port${cluster}`;
  const each = kinds.map((one) => `${one.kind} ${one.items} items`).join('  ');
  const read = kinds.length > KINDS_IN_A_LINE ? `${kinds.length} kinds  ${items} items` : each;
  return `${read}  ${Math.round(items / seconds)}/s  ${requests}`;
}

function waitingFor({ komodor, port, kubernetes }: PerSide<GovernorState>): string {
  return `${waiting('Komodor', komodor)}${waiting('Port', port)}${waiting('the cluster', kubernetes)}`;
}

function waiting(name: string, { waitingUntil }: Partial<GovernorState> = {}): string {
  if (waitingUntil === undefined) return '';
  return `  waiting ${Math.max(1, Math.ceil((waitingUntil - Date.now()) / 1000))} s for ${name}'s rate limit`;
}
