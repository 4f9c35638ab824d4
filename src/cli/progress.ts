import type { KindProgress, RunObserver } from '../core/ports.ts';
import type { GovernorState } from '../net/governor.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface ProgressDisplay {
  readonly observer: RunObserver;
  /** Leaves the terminal clean. */
  stop(): void;
}

export interface ProgressOptions {
  readonly logger: Logger;
  /** The line goes here when this is a terminal; log lines otherwise. */
  readonly out: NodeJS.WriteStream;
  readonly traffic: () => { readonly komodor: GovernorState; readonly port: GovernorState };
}

const REDRAW_MS = 150;
const LOG_EVERY_MS = 10_000;

/** Shows how a run gets on: a live line per kind on a terminal, plain log lines elsewhere. */
export function showProgress({ logger, out, traffic }: ProgressOptions): ProgressDisplay {
  let current: { readonly progress: KindProgress; readonly startedAt: number } | undefined;
  const isLive = out.isTTY === true;
  const clear = () => void (isLive && out.write('\r\u001b[K'));
  const draw = () =>
    void (
      current &&
      out.write(
        `\r\u001b[K${lineOf(current.progress, current.startedAt, traffic())}`.slice(0, (out.columns ?? 120) + 4),
      )
    );
  const log = () => void (current && logger.info({ ...current.progress, phase: 'extract' }, 'kind in progress'));
  const timer = setInterval(isLive ? draw : log, isLive ? REDRAW_MS : LOG_EVERY_MS);
  timer.unref();
  return {
    observer: {
      kindStarted(kind) {
        current = { progress: { kind, pages: 0, items: 0, written: 0, unchanged: 0 }, startedAt: performance.now() };
        if (!isLive) logger.info({ kind, phase: 'extract' }, 'kind started');
      },
      progress(progress) {
        if (current) current = { ...current, progress };
      },
      kindFinished(progress) {
        if (!isLive) logger.info({ ...progress, phase: 'extract' }, 'kind read');
        else if (current) out.write(`\r\u001b[K${lineOf(progress, current.startedAt, traffic())}\n`);
        current = undefined;
      },
      problem({ severity, code, message, kind }) {
        // On a terminal the report comes in a moment and names them all.
        if (isLive) return;
        const log = severity === 'error' ? logger.error.bind(logger) : logger.warn.bind(logger);
        log({ code, ...(kind === undefined ? {} : { kind }), detail: message }, 'problem');
      },
      deletionsDecided(blueprint, stale, decision) {
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

function lineOf(
  { kind, pages, items }: KindProgress,
  startedAt: number,
  { komodor, port }: ReturnType<ProgressOptions['traffic']>,
): string {
  const seconds = Math.max((performance.now() - startedAt) / 1000, 0.001);
  const requests = `requests ${komodor.requests} Komodor, ${port.requests} Port`;
  return `${kind}  ${pages} pages  ${items} items  ${Math.round(items / seconds)}/s  ${requests}${waiting('Komodor', komodor)}${waiting('Port', port)}`;
}

function waiting(name: string, { waitingUntil }: GovernorState): string {
  if (waitingUntil === undefined) return '';
  return `  waiting ${Math.max(1, Math.ceil((waitingUntil - Date.now()) / 1000))} s for ${name}'s rate limit`;
}
