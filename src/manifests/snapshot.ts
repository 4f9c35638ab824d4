import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../core/errors.ts';
import { decodeText } from '../core/text-bytes.ts';
import { gitLock } from './git-lock.ts';
import { type Limits, sizeText } from './limits.ts';
import type { Fault, Manifest, ParsedFile } from './parse-file.ts';
import { parseFile } from './parse-file.ts';
import { readFound } from './read-file.ts';
import { codeOf, type FoundFile, scanTree, type Tree, type Trouble } from './tree.ts';
import { withoutTwins } from './twins.ts';

export interface SnapshotOptions {
  readonly folder: string;
  readonly limits: Limits;
  /** Files that changed less than this ago may be written in part. */
  readonly settleMs: number;
  /** How long to wait for a folder that keeps changing. */
  readonly patienceMs: number;
}

/** Everything in a folder at one moment. */
export interface Snapshot {
  readonly manifests: readonly Manifest[];
  readonly faults: readonly Fault[];
  /** Why the folder as a whole cannot be trusted. None: it was read completely. */
  readonly troubles: readonly Trouble[];
  readonly notes: readonly string[];
  /** Kind -> how many documents of it were passed over. */
  readonly others: ReadonlyMap<string, number>;
}

/** Files that were parsed before, by path and content. A folder is read several times, and parsing takes longest. */
export type ParsedFiles = Map<string, ParsedFile>;

const ATTEMPTS = 3;
const LOCK_WAIT_MS = 200;
const MAX_NAMED = 5;

/** Reads the folder when it is quiet, and again when it changed meanwhile. Never throws, except on abort. */
export async function takeSnapshot(
  options: SnapshotOptions,
  parsed: ParsedFiles,
  signal: AbortSignal,
): Promise<Snapshot> {
  const endsAt = Date.now() + options.patienceMs;
  for (let attempt = 1; ; attempt += 1) {
    const { tree, unrest } = await quietTree(options, endsAt, signal);
    const reading = await readAll(tree, options, parsed, signal);
    const after = await scanTree(options.folder, options.limits, signal);
    const isSame = after.print === tree.print;
    if (!isSame && attempt < ATTEMPTS && Date.now() < endsAt) continue;
    const troubles = [...tree.troubles, ...reading.troubles];
    if (unrest !== undefined) troubles.push({ reason: 'changed_while_reading', detail: unrest });
    if (!isSame) troubles.push(changed(tree, after), ...after.troubles);
    if (tree.files.length === 0 && troubles.length === 0) troubles.push(emptyFolder(options));
    return { ...reading, troubles, notes: tree.notes };
  }
}

/** The folder, when nobody is changing it. `unrest`: somebody is, until patience ended. */
async function quietTree({ folder, limits, settleMs }: SnapshotOptions, endsAt: number, signal: AbortSignal) {
  for (;;) {
    const tree = await scanTree(folder, limits, signal);
    const lock = await gitLock(folder);
    const age = Date.now() - tree.changedAtMs;
    // A time in the future is another clock's; the second look at the folder finds what it cannot say.
    const wait = lock === undefined ? (age >= 0 && age < settleMs ? settleMs - age : 0) : LOCK_WAIT_MS;
    if (wait === 0) return { tree, unrest: undefined };
    if (Date.now() + wait > endsAt) {
      const unrest =
        lock === undefined
          ? `${folder} keeps changing`
          : `Git is changing the files (${lock} exists; if no Git is running, delete it)`;
      return { tree, unrest };
    }
    await sleep(wait, undefined, { signal });
  }
}

async function readAll({ files }: Tree, { limits }: SnapshotOptions, parsed: ParsedFiles, signal: AbortSignal) {
  const endsAt = Date.now() + limits.ms;
  const manifests: Manifest[] = [];
  const faults: Fault[] = [];
  const troubles: Trouble[] = [];
  const others = new Map<string, number>();
  const used = new Map<string, ParsedFile>();
  let bytes = 0;
  for (const file of files) {
    signal.throwIfAborted();
    bytes += file.size;
    const over = limitMet(limits, { bytes, documents: manifests.length, late: Date.now() > endsAt });
    if (over !== undefined) {
      troubles.push({ reason: 'folder_unreadable', detail: `${over}; ${file.path} and what follows was not read` });
      break;
    }
    const read = await readOne(file, limits, parsed);
    if ('reason' in read) {
      troubles.push(read);
      continue;
    }
    used.set(read.key, read.content);
    // One by one, because a call takes only so many arguments.
    for (const manifest of read.content.manifests) manifests.push(manifest);
    for (const fault of read.content.faults) faults.push(fault);
    for (const kind of read.content.others) others.set(kind, (others.get(kind) ?? 0) + 1);
  }
  parsed.clear();
  for (const [key, content] of used) parsed.set(key, content);
  const twins = withoutTwins(manifests);
  return { manifests: twins.manifests, faults: [...faults, ...twins.faults], troubles, others };
}

async function readOne(file: FoundFile, limits: Limits, parsed: ParsedFiles) {
  const { path, size } = file;
  if (size > limits.fileBytes)
    return trouble('folder_unreadable', `${path} is larger than ${sizeText(limits.fileBytes)}; split it`);
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readFound(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return trouble('changed_while_reading', `${path} vanished`);
    return trouble('folder_unreadable', `${path} cannot be read: ${code ?? messageOf(error)}`);
  }
  if (bytes === undefined) return trouble('changed_while_reading', `${path} changed`);
  const key = `${path} ${createHash('sha256').update(bytes).digest('hex')}`;
  return { key, content: parsed.get(key) ?? (await parseBytes(path, bytes)) };
}

async function parseBytes(path: string, bytes: Uint8Array): Promise<ParsedFile> {
  try {
    return await parseFile(path, decodeText(bytes));
  } catch (error) {
    return { manifests: [], faults: [{ file: path, line: 1, message: messageOf(error) }], others: [] };
  }
}

function limitMet(limits: Limits, now: { bytes: number; documents: number; late: boolean }): string | undefined {
  if (now.bytes > limits.allBytes) return `the manifests have more than ${sizeText(limits.allBytes)} together`;
  if (now.documents > limits.documents) return `the folder has more than ${limits.documents} manifests`;
  return now.late ? `reading took longer than ${limits.ms / 1000} s` : undefined;
}

function changed(before: Tree, after: Tree): Trouble {
  const printsBefore = new Map(before.files.map(({ path, print }) => [path, print]));
  const printsAfter = new Map(after.files.map(({ path, print }) => [path, print]));
  const names = [...new Set([...printsBefore.keys(), ...printsAfter.keys()])].filter(
    (path) => printsBefore.get(path) !== printsAfter.get(path),
  );
  const named = names.length === 0 ? 'a folder' : names.slice(0, MAX_NAMED).join(', ');
  return trouble('changed_while_reading', `${named} changed while the folder was read`);
}

function emptyFolder({ folder }: SnapshotOptions): Trouble {
  const advice = 'if that is on purpose, leave one file in it that holds only a comment';
  return trouble('folder_empty', `${folder} has no .yaml, .yml or .json file; ${advice}`);
}

function trouble(reason: Trouble['reason'], detail: string): Trouble {
  return { reason, detail };
}
