import { readFileSync } from 'node:fs';
import { tookTooLong } from './jq-limits.ts';

/** A second of processor time in /proc: Linux counts it in hundredths for every program. */
const TICKS_PER_SECOND = 100;
const LOOK_EVERY_MS = 50;
/**
 * Where the processor is scarce, a second of it takes many on the wall; 0.05 of one, shared by two threads, takes 40. What
 * takes still longer than that is ended, whoever is to blame.
 */
const MOST_WALL_PER_PROCESSOR = 40;

export interface Watched {
  /** The folder in /proc of the process or thread that runs jq; undefined where there is none. */
  readonly proc: string | undefined;
  readonly deadlineMs: number;
  /** The most memory that it may have; not looked at when absent. */
  readonly memory?: { readonly bytes: number; readonly message: string };
  /** Called once, with what it did. It goes on after "it". */
  readonly onTooMuch: (message: string) => void;
}

/**
 * Watches a run of jq. Its deadline is in processor time, so that an expression is not blamed for a busy machine; where
 * that cannot be read (not Linux), it is the clock on the wall. Returns what ends the watch.
 */
export function watchRun({ proc, deadlineMs, memory, onTooMuch }: Watched): () => void {
  const startedAt = performance.now();
  const processorBefore = proc === undefined ? undefined : processorMs(proc);
  const timer = setInterval(look, Math.min(LOOK_EVERY_MS, deadlineMs / 4));

  function look(): void {
    const message = whatIsTooMuch();
    if (message === undefined) return;
    clearInterval(timer);
    onTooMuch(message);
  }

  function whatIsTooMuch(): string | undefined {
    const wall = performance.now() - startedAt;
    const processor = proc === undefined ? undefined : processorMs(proc);
    const used =
      processor === undefined || processorBefore === undefined
        ? wall
        : Math.max(processor - processorBefore, wall / MOST_WALL_PER_PROCESSOR);
    if (used >= deadlineMs) return tookTooLong(deadlineMs);
    if (memory !== undefined && proc !== undefined && (memoryBytes(proc) ?? 0) > memory.bytes) return memory.message;
    return undefined;
  }

  return () => clearInterval(timer);
}

/** Undefined where there is no /proc, or when it has ended. */
function processorMs(proc: string): number | undefined {
  // The name in parentheses may hold spaces and parentheses; user and system time are the 12th and 13th field after it.
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
