import { readFileSync } from 'node:fs';
import { tooMuchTime } from './jq-limits.ts';

/** The unit of processor time in /proc: hundredths of a second. */
const TICKS_PER_SECOND = 100;
const POLL_MS = 50;
/**
 * On a busy machine, a second of processor time takes many seconds: with 0.05 processors for two threads, it takes 40. A
 * run that takes even longer than that is ended.
 */
const MAX_WALL_PER_PROCESSOR_TIME = 40;

export interface RunLimits {
  /** The folder in /proc of the process or thread that runs jq; undefined where there is no /proc. */
  readonly proc: string | undefined;
  readonly deadlineMs: number;
  /** The limit of its memory. Default: none. */
  readonly memory?: { readonly bytes: number; readonly message: string };
  /** Called once, with what the run did. The message continues a sentence after "it". */
  readonly onLimitExceeded: (message: string) => void;
}

/**
 * Watches the limits of a run of jq. The deadline is in processor time, so that a busy machine does not count; where that
 * cannot be read (not Linux), it is in elapsed time. Returns a function that ends the watch.
 */
export function limitRun({ proc, deadlineMs, memory, onLimitExceeded }: RunLimits): () => void {
  const startedAt = performance.now();
  const processorBefore = proc === undefined ? undefined : processorMs(proc);
  const timer = setInterval(poll, Math.min(POLL_MS, deadlineMs / 4));

  function poll(): void {
    const message = exceededLimit();
    if (message === undefined) return;
    clearInterval(timer);
    onLimitExceeded(message);
  }

  function exceededLimit(): string | undefined {
    const wall = performance.now() - startedAt;
    const processor = proc === undefined ? undefined : processorMs(proc);
    const used =
      processor === undefined || processorBefore === undefined
        ? wall
        : Math.max(processor - processorBefore, wall / MAX_WALL_PER_PROCESSOR_TIME);
    if (used >= deadlineMs) return tooMuchTime(deadlineMs);
    if (memory !== undefined && proc !== undefined && (memoryBytes(proc) ?? 0) > memory.bytes) return memory.message;
    return undefined;
  }

  return () => clearInterval(timer);
}

/** Undefined without /proc, or when the process has ended. */
function processorMs(proc: string): number | undefined {
  // The name in parentheses may contain spaces and parentheses. User and system time are the 12th and 13th field after it.
  const fields = read(`${proc}/stat`)?.split(') ').at(-1)?.split(' ');
  const ticks = Number(fields?.[11]) + Number(fields?.[12]);
  return Number.isNaN(ticks) ? undefined : (ticks / TICKS_PER_SECOND) * 1_000;
}

function memoryBytes(proc: string): number | undefined {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`${proc}/status`) ?? '')?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1_024;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
