import { readdirSync, readFileSync } from 'node:fs';

/** What a process and everything below it used. Linux only: elsewhere there is no /proc, and the figures are missing. */
export interface TreeUse {
  /** Processor seconds of the tree, ended children included; undefined where the system does not tell. */
  readonly cpuSeconds: number | undefined;
  /** Peak of the resident memory of all processes together, in MiB. What they share counts once for each. */
  readonly peakMiB: number | undefined;
  /** The same with each shared page divided among all that share it, programs outside of the tree too (Linux: PSS). */
  readonly peakPssMiB: number | undefined;
}

/** Linux: clock ticks a second in /proc, and bytes of a page, on every platform that Node runs on. */
const TICKS = 100;
const PAGE_BYTES = 4096;
const EVERY_MS = 20;
/** PSS makes the system walk through all pages: only when there is reason to, and not more often than this. */
const PSS_EVERY_MS = 100;

/** Watches a process from now on. @returns a function that ends the watch and tells */
export function watchTree(pid: number): () => TreeUse {
  let cpuSeconds: number | undefined;
  let peakMiB: number | undefined;
  let peakPssMiB: number | undefined;
  let pssAt = 0;
  function sample(): void {
    const tree = treeOf(pid);
    const root = tree.find((process) => process.pid === pid);
    if (root === undefined) return;
    // Children that ended are in their parent's account; those that run are added.
    const ticks = tree.reduce((sum, process) => sum + process.ticks, 0);
    cpuSeconds = Math.max(cpuSeconds ?? 0, ticks / TICKS);
    const residentMiB = (tree.reduce((sum, process) => sum + process.pages, 0) * PAGE_BYTES) / 1024 / 1024;
    peakMiB = Math.max(peakMiB ?? 0, residentMiB);
    // PSS is never above the resident memory, so below the highest PSS so far there is nothing to look for.
    if (residentMiB <= (peakPssMiB ?? 0) || performance.now() < pssAt) return;
    pssAt = performance.now() + PSS_EVERY_MS;
    peakPssMiB = max(peakPssMiB, pssMiBOf(tree));
  }
  const timer = setInterval(sample, EVERY_MS);
  return () => {
    clearInterval(timer);
    return { cpuSeconds, peakMiB, peakPssMiB };
  };
}

interface ProcessUse {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
  readonly pages: number;
}

/** undefined where the system does not tell, or a process of the tree ended meanwhile. */
function pssMiBOf(tree: readonly ProcessUse[]): number | undefined {
  try {
    const kib = tree.map(({ pid }) =>
      Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]),
    );
    return kib.reduce((sum, one) => sum + one, 0) / 1024;
  } catch {
    return undefined;
  }
}

function max(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function treeOf(root: number): readonly ProcessUse[] {
  const all = processes();
  const tree: ProcessUse[] = all.filter(({ pid }) => pid === root);
  for (const one of tree) tree.push(...all.filter(({ parent }) => parent === one.pid));
  return tree;
}

function processes(): readonly ProcessUse[] {
  let names: readonly string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The second field is the program's name in parentheses, which may hold anything.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const field = (number: number) => Number(fields[number - 3]);
      const ticks = field(14) + field(15) + field(16) + field(17);
      return [{ pid: Number(name), parent: field(4), ticks, pages: field(24) }];
    } catch {
      return []; // it ended meanwhile
    }
  });
}
