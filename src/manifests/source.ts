import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Completeness, JsonObject, Kind, RawItem } from '../core/model.ts';
import { didYouMean } from '../core/nearest.ts';
import { isObject } from '../core/schema/values.ts';
import type { Listing, Place, Selected, SourceKind, Walk } from '../core/source.ts';
import { LIMITS, type Limits } from './limits.ts';
import { CATALOG_KINDS } from './manifest.ts';
import { readFound } from './read-file.ts';
import { type ParsedFiles, type Snapshot, takeSnapshot } from './snapshot.ts';
import { scanTree } from './tree.ts';

export { CATALOG_KINDS };

export interface FolderSourceOptions {
  readonly path: string;
  /** Gets each sentence about what is passed over (links, other kinds) once. */
  readonly onNote?: ((text: string) => void) | undefined;
  /** Files that changed less than this ago may be written in part. */
  readonly settleMs?: number;
  /** How long to wait for a folder that keeps changing. */
  readonly patienceMs?: number;
  readonly limits?: Limits;
}

export interface FolderSource {
  readonly path: string;
  readonly kinds: readonly SourceKind[];
  /** The same text as long as the content of the folder, or what is wrong with it, is the same. Throws on abort. */
  digest(signal: AbortSignal): Promise<string>;
  /** A text that changes whenever somebody touches the folder. No file is read. Throws on abort. */
  print(signal: AbortSignal): Promise<string>;
  /** Reads the whole folder, for `lint`. */
  read(signal: AbortSignal): Promise<Snapshot>;
}

const SYSTEM = 'folder';
const ITEMS_PER_PAGE = 500;
const MAX_NAMED = 5;
const MAX_NOTES = 1000;
const selectorSchema = z.object({ namespaces: z.array(z.string()).optional() });

/** A folder of manifests as the source of the two kinds of getport.io. */
export function createFolderSource({
  path,
  onNote = () => undefined,
  settleMs = 1000,
  patienceMs = 15_000,
  limits = LIMITS,
}: FolderSourceOptions): FolderSource {
  const options = { folder: path, limits, settleMs, patienceMs };
  const parsed: ParsedFiles = new Map();
  const noted = new Set<string>();
  const note = (text: string) => {
    if (noted.has(text) || noted.size >= MAX_NOTES) return;
    noted.add(text);
    onNote(`${path}: ${text}`);
  };

  async function read(signal: AbortSignal): Promise<Snapshot> {
    const snapshot = await takeSnapshot(options, parsed, signal);
    for (const text of snapshot.notes) note(text);
    const others = describeOthers(snapshot.others);
    if (others !== undefined) note(others);
    return snapshot;
  }

  return {
    path,
    kinds: CATALOG_KINDS.map((kind) => folderKind(kind, path, read)),
    read,
    print: async (signal) => (await scanTree(path, options.limits, signal)).print,
    async digest(signal) {
      const { files, troubles } = await scanTree(path, options.limits, signal);
      const hash = createHash('sha256');
      for (const { reason, detail } of troubles) hash.update(`${reason} ${detail}\n`);
      for (const file of files) {
        signal.throwIfAborted();
        const bytes = file.size > options.limits.fileBytes ? undefined : await readFound(file).catch(() => undefined);
        hash.update(`${file.path} ${bytes === undefined ? '?' : createHash('sha256').update(bytes).digest('hex')}\n`);
      }
      return hash.digest('hex');
    },
  };
}

function folderKind(name: Kind, path: string, read: (signal: AbortSignal) => Promise<Snapshot>): SourceKind {
  return {
    name,
    system: SYSTEM,
    systemName: `the folder ${path}`,
    yields: true,
    after: [],
    identity: ['namespace', 'name'],
    placeOf,
    // A part of a folder proves nothing that the whole does not, so it is always the whole that is read again.
    scopeOf: () => undefined,
    probe: probeOf(name),
    select: (selector) => select(name, selector, read),
    narrow: () => undefined,
    readOne: (place, signal) => walk(name, read, (item) => isAt(item, place), signal),
  };
}

/** The place of a manifest: its namespace and name; without them, the empty text. */
function placeOf({ value: { metadata } }: RawItem): Place {
  const { namespace, name } = isObject(metadata) ? metadata : {};
  return { namespace: textOf(namespace), name: textOf(name) };
}

function select(name: Kind, selector: JsonObject, read: (signal: AbortSignal) => Promise<Snapshot>): Selected {
  const keys = Object.keys(selectorSchema.shape);
  const unknown = Object.keys(selector).filter((key) => key !== 'query' && !keys.includes(key));
  const checked = selectorSchema.safeParse(selector);
  const complaints = [
    ...unknown.map(
      (key) => `${key}: ${name} has no such selector key${didYouMean(key, keys)}; it has query, namespaces`,
    ),
    ...(checked.success ? [] : ['namespaces: must be a list of texts']),
  ];
  if (!checked.success || complaints.length > 0) return { complaints };
  return { listing: listingOf(name, selector, checked.data.namespaces ?? [], read) };
}

function listingOf(
  name: Kind,
  selector: JsonObject,
  namespaces: readonly string[],
  read: (signal: AbortSignal) => Promise<Snapshot>,
): Listing {
  const isIn = ({ namespace = '' }: Place) => namespaces.length === 0 || namespaces.includes(namespace);
  const whole = (signal: AbortSignal) => walk(name, read, (item) => isIn(placeOf(item)), signal);
  return {
    selector,
    key: JSON.stringify([...new Set(namespaces)].sort()),
    absence: () => ({ means: 'gone' }),
    read: whole,
    confirm: (place, signal) => (isIn(place) ? walk(name, read, (item) => isAt(item, place), signal) : 'excluded'),
    confirmAll: whole,
    excludedBy: (place) => (place.namespace === undefined || isIn(place) ? undefined : 'namespaces'),
    widened: () => undefined,
  };
}

/** Reads the folder and gives the manifests of a kind. */
async function* walk(
  kind: Kind,
  read: (signal: AbortSignal) => Promise<Snapshot>,
  isWanted: (item: RawItem) => boolean,
  signal: AbortSignal,
): Walk {
  const snapshot = await read(signal);
  const items = snapshot.manifests.filter((one) => one.kind === kind && isWanted(one.item)).map(({ item }) => item);
  for (let at = 0; at < items.length; at += ITEMS_PER_PAGE)
    yield { items: items.slice(at, at + ITEMS_PER_PAGE), malformed: 0 };
  return completenessOf(snapshot, kind);
}

/** Whether a read gave every manifest of a kind. A broken document may be one of them. */
function completenessOf({ troubles, faults }: Snapshot, kind: Kind): Completeness {
  const [trouble] = troubles;
  if (trouble !== undefined) {
    const detail = shortened(troubles.map((one) => one.detail));
    return { complete: false, reason: trouble.reason, detail };
  }
  const broken = faults.filter((fault) => fault.kind === undefined || fault.kind === kind);
  if (broken.length === 0) return { complete: true };
  const named = broken.map(({ file, line, message }) => `${file}:${line}: ${message}`);
  return { complete: false, reason: 'document_broken', detail: shortened(named) };
}

function shortened(sentences: readonly string[]): string {
  const more = sentences.length > MAX_NAMED ? `; and ${sentences.length - MAX_NAMED} more` : '';
  return `${sentences.slice(0, MAX_NAMED).join('; ')}${more}`;
}

function describeOthers(others: ReadonlyMap<string, number>): string | undefined {
  if (others.size === 0) return undefined;
  const count = [...others.values()].reduce((sum, one) => sum + one, 0);
  const kinds = [...others].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, times]) => `${kind} (${times})`);
  return `${count} documents of other kinds were passed over: ${kinds.slice(0, 20).join(', ')}`;
}

function probeOf(kind: Kind): SourceKind['probe'] {
  const place =
    kind === CATALOG_KINDS[0] ? { namespace: 'probe-namespace', name: 'probe-name' } : { name: 'probe-name' };
  const value = {
    apiVersion: 'getport.io/v1',
    kind: kind === CATALOG_KINDS[0] ? 'Entity' : 'ClusterEntity',
    metadata: { ...place, annotations: {} },
    spec: { blueprint: 'probe-blueprint', identifier: 'probe-identifier', properties: {}, relations: {} },
  };
  return { item: { key: 'probe', label: 'probe', value }, place };
}

function isAt(item: RawItem, { namespace, name }: Place): boolean {
  const place = placeOf(item);
  return (namespace === undefined || place.namespace === namespace) && (name === undefined || place.name === name);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
