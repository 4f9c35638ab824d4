import { createHash } from 'node:crypto';
import { type BigIntStats, type Dirent, promises as fs } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { messageOf } from '../core/errors.ts';
import type { IncompleteReason } from '../core/model.ts';
import type { Limits } from './limits.ts';

/** Why the folder as a whole cannot be trusted. */
export interface Trouble {
  readonly reason: IncompleteReason;
  readonly detail: string;
}

/** A manifest file that was found. */
export interface FoundFile {
  /** Below the folder, with `/`: `team-a/api.yaml`. */
  readonly path: string;
  readonly real: string;
  readonly size: number;
  /** The same as long as nobody changes the file or puts another one in its place. */
  readonly print: string;
}

/** The folder at one moment. Only names and sizes; no file was opened. */
export interface Tree {
  readonly files: readonly FoundFile[];
  /** The same as long as nothing in the folder changes. */
  readonly print: string;
  /** When something changed last, by the clock of the file system. */
  readonly changedAtMs: number;
  readonly troubles: readonly Trouble[];
  /** What was passed over and why. */
  readonly notes: readonly string[];
}

const EXTENSIONS = ['.yaml', '.yml', '.json'];

/**
 * What file systems, editors and mounts create. A ConfigMap mount shows each file three times: as a link, below `..data`, and
 * below `..2026_01_01…`; the link is enough. `lost+found` of a volume cannot be read.
 */
const HIDDEN = /^[.#~]|~(?:\.[^.]*)?$|^lost\+found$/;

/** Looks what is in the folder, at any depth. Never throws, except on abort. */
export async function scanTree(folder: string, limits: Limits, signal: AbortSignal): Promise<Tree> {
  return new Scan(folder, limits, signal).run();
}

class Scan {
  readonly #folder: string;
  readonly #limits: Limits;
  readonly #signal: AbortSignal;
  readonly #files: FoundFile[] = [];
  readonly #prints: string[] = [];
  readonly #troubles: Trouble[] = [];
  readonly #notes: string[] = [];
  readonly #seen = new Set<string>();
  #root = '';
  #entries = 0;
  #changedAtMs = 0;

  constructor(folder: string, limits: Limits, signal: AbortSignal) {
    this.#folder = folder;
    this.#limits = limits;
    this.#signal = signal;
  }

  async run(): Promise<Tree> {
    try {
      this.#root = await fs.realpath(this.#folder);
      const stats = await fs.stat(this.#root, { bigint: true });
      if (stats.isDirectory()) await this.#walk(this.#root, '', stats, []);
      else this.#trouble('folder_unreadable', `${this.#folder} is no folder; CATALOG_PATH names a folder of manifests`);
    } catch (error) {
      this.#signal.throwIfAborted();
      if (isMissing(error))
        this.#trouble(
          'folder_missing',
          `the folder ${this.#folder} does not exist; check CATALOG_PATH and what is mounted there`,
        );
      else this.#trouble('folder_unreadable', `${this.#folder} cannot be read: ${messageOf(error)}`);
    }
    const files = this.#files.sort((a, b) => (a.path < b.path ? -1 : 1));
    const troubleTexts = this.#troubles.map(({ reason, detail }) => `${reason} ${detail}`);
    const print = createHash('sha256');
    for (const line of [...this.#prints.sort(), ...troubleTexts]) print.update(`${line}\n`);
    return {
      files,
      print: print.digest('hex'),
      changedAtMs: this.#changedAtMs,
      troubles: this.#troubles,
      notes: this.#notes,
    };
  }

  #trouble(reason: IncompleteReason, detail: string): void {
    if (!this.#troubles.some((known) => known.detail === detail)) this.#troubles.push({ reason, detail });
  }

  /** @param above the real paths of the folders that this one is in */
  async #walk(real: string, path: string, stats: BigIntStats, above: readonly string[]): Promise<void> {
    if (above.length > this.#limits.depth) {
      this.#trouble('folder_unreadable', `${path} is more than ${this.#limits.depth} folders deep`);
      return;
    }
    this.#seen.add(real);
    this.#note(path, real, stats);
    const entries = await this.#list(real, path);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      this.#signal.throwIfAborted();
      this.#entries += 1;
      if (this.#entries > this.#limits.entries || this.#files.length > this.#limits.files) {
        const { entries: most, files } = this.#limits;
        this.#trouble('folder_unreadable', `the folder has more than ${files} manifest files or ${most} entries`);
        return;
      }
      if (HIDDEN.test(entry.name)) continue;
      await this.#visit(entry, real, path === '' ? entry.name : `${path}/${entry.name}`, [...above, real]);
    }
  }

  async #list(real: string, path: string): Promise<Dirent[]> {
    try {
      return await fs.readdir(real, { withFileTypes: true });
    } catch (error) {
      this.#unreadable(path === '' ? this.#folder : path, error);
      return [];
    }
  }

  async #visit(entry: Dirent, parent: string, path: string, above: readonly string[]): Promise<void> {
    const isManifest = EXTENSIONS.includes(extname(entry.name).toLowerCase());
    if (entry.isFile() && !isManifest) return;
    try {
      const real = entry.isSymbolicLink()
        ? await this.#follow(join(parent, entry.name), path)
        : join(parent, entry.name);
      if (real === undefined) return;
      const stats = await fs.stat(real, { bigint: true });
      if (stats.isDirectory()) await this.#enter(real, path, stats, above);
      else if (isManifest && !stats.isFile())
        this.#trouble('folder_unreadable', `${path} is neither a file nor a folder`);
      else if (isManifest) this.#take(real, path, stats);
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#unreadable(path, error);
    }
  }

  /** The real path of a link; undefined when it is not followed. */
  async #follow(link: string, path: string): Promise<string | undefined> {
    try {
      const real = await fs.realpath(link);
      if (real === this.#root || real.startsWith(this.#root + sep)) return real;
      this.#notes.push(`the link ${path} leads out of the folder (to ${real}) and is not followed`);
      return undefined;
    } catch (error) {
      if (codeOf(error) !== 'ELOOP') throw error;
      this.#notes.push(`the link ${path} leads to itself and is not followed`);
      return undefined;
    }
  }

  async #enter(real: string, path: string, stats: BigIntStats, above: readonly string[]): Promise<void> {
    if (above.includes(real)) this.#notes.push(`the link ${path} leads to a folder that it is in, and is not followed`);
    // A folder with two names is read once.
    else if (!this.#seen.has(real)) await this.#walk(real, path, stats, above);
  }

  #take(real: string, path: string, stats: BigIntStats): void {
    const isNew = !this.#seen.has(real);
    this.#seen.add(real);
    const print = this.#note(path, real, stats);
    if (isNew) this.#files.push({ path, real, size: Number(stats.size), print });
  }

  /** Puts an entry into the print of the tree. */
  #note(path: string, real: string, stats: BigIntStats): string {
    const print = printOf(real, stats);
    this.#prints.push(`${path} ${print}`);
    this.#changedAtMs = Math.max(this.#changedAtMs, Number(stats.mtimeMs), Number(stats.ctimeMs));
    return print;
  }

  #unreadable(path: string, error: unknown): void {
    if (isMissing(error))
      this.#trouble('changed_while_reading', `${path} vanished, or leads to something that does not exist`);
    else this.#trouble('folder_unreadable', `${path} cannot be read: ${codeOf(error) ?? messageOf(error)}`);
  }
}

/** What tells one state of a file from another without reading it. */
export function printOf(real: string, { ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${real} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}
