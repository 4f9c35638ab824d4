import { join } from 'node:path';
import type { LineOf } from '../../config/lines.ts';
import type { LintCode } from './codes.ts';

/** Something that is wrong, or probably is. */
export interface LintFinding {
  readonly code: LintCode;
  readonly severity: 'error' | 'warning';
  /** The mapping or blueprint file; null for a mapping from Port and for settings. */
  readonly file: string | null;
  /** The path in the mapping or blueprint, or the name of the setting; empty: the file as a whole. */
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
  /** What to do; empty where the message says it. */
  readonly advice: string;
}

/** What a check says. Without `file` the path is one of the mapping. */
export interface Said {
  readonly code: LintCode;
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly message: string;
  readonly advice?: string;
  /** null: it is in no file. */
  readonly file?: string | null;
  /** The blueprint in whose document the path is. */
  readonly document?: string;
  readonly line?: number;
}

/** Tells the line of a path in a file; null where it cannot be told. */
export type FindLine = (file: string, path: string, document?: string) => number | null;

/** Where a mapping comes from. */
export interface MappingOrigin {
  /** Its name in messages: a file, a folder, or what else it is. */
  readonly name: string;
  /** Whether `name` is a file or a folder. */
  readonly isFile: boolean;
  /** Finds lines in a mapping that is no file. */
  readonly lineOf?: LineOf;
}

/** Puts a finding to its place in the files. Of several files, a path of the mapping begins with the name of one. */
export function placed(said: Said, origin: MappingOrigin, findLine: FindLine): LintFinding {
  const { code, severity, message, advice = '', document } = said;
  const [, name, below = said.path] = /^([^:[\]]+\.(?:ya?ml|json)): (.*)$/s.exec(said.path) ?? [];
  const ofMapping = origin.isFile ? (name === undefined ? origin.name : join(origin.name, name)) : null;
  const file = said.file === undefined ? ofMapping : said.file;
  const lineIn = file === null ? (said.file === undefined && origin.lineOf) || noLine : findLine.bind(null, file);
  const line = said.line ?? lineIn(below, document);
  const path = document === undefined ? below : [document, below].filter((part) => part !== '').join('.');
  return { code, severity, file, path, line, message, advice };
}

/** Sorts findings by file and line, and leaves out those that say the same of one place. */
export function sorted(findings: readonly LintFinding[]): readonly LintFinding[] {
  const unlike = new Map(findings.map((one) => [JSON.stringify([one.code, one.file, one.path, one.message]), one]));
  return [...unlike.values()].sort(
    (a, b) => compare(a.file ?? '', b.file ?? '') || (a.line ?? 0) - (b.line ?? 0) || compare(a.path, b.path),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function noLine(): null {
  return null;
}
