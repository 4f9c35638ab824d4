import { extname } from 'node:path';
import { Composer, type Document, isMap, isNode, isScalar, LineCounter, type ParsedNode, Parser } from 'yaml';
import { messageOf } from '../core/errors.ts';
import type { Kind, RawItem } from '../core/model.ts';
import { yieldToEventLoop } from '../core/yield-to-event-loop.ts';
import { inspect } from './manifest.ts';
import { describePlaceholder, type Steps } from './placeholders.ts';

/** An `Entity` or `ClusterEntity` with the place where it stands. */
export interface Manifest {
  readonly kind: Kind;
  readonly item: RawItem;
  readonly file: string;
  readonly line: number;
}

/** A document that cannot be used. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  /** What is wrong; follows `file:line: `. */
  readonly message: string;
  /** Missing: it may be of any kind. */
  readonly kind?: Kind;
}

export interface ParsedFile {
  readonly manifests: readonly Manifest[];
  readonly faults: readonly Fault[];
  /** Kinds of other programs' documents, one for each. */
  readonly others: readonly string[];
}

const CONFLICT = /^(?:<{7}|>{7})(?: |$)/;
const LFS = 'version https://git-lfs.github.com/spec/';
/** An alias may stand for many others. This many in all are more than anyone writes. */
const MAX_ALIASES = 100;
const DOCUMENTS_PER_TURN = 50;

/** Takes the manifests out of a text. Never throws. @param file its name in messages, which also says whether it is JSON */
export async function parseFile(file: string, text: string): Promise<ParsedFile> {
  const whole = (line: number, message: string) => ({ manifests: [], faults: [{ file, line, message }], others: [] });
  const conflict = text.includes('<<<<<<<') ? text.split(/\r?\n/).findIndex((line) => CONFLICT.test(line)) : -1;
  if (conflict >= 0) return whole(conflict + 1, 'has conflict markers of Git (<<<<<<<); resolve the conflict');
  if (text.startsWith(LFS)) return whole(1, 'is a pointer of Git LFS and not the file itself; fetch it (git lfs pull)');
  if (text === '')
    return whole(1, 'has 0 bytes, as a file has that is just being written; delete it or put a comment into it');
  const reading = new FileReading(file, text);
  try {
    await reading.readAll();
  } catch (error) {
    return whole(1, parseProblem(messageOf(error)));
  }
  return reading;
}

type ParsedDocument = Document.Parsed<ParsedNode>;

class FileReading implements ParsedFile {
  readonly manifests: Manifest[] = [];
  readonly faults: Fault[] = [];
  readonly others: string[] = [];
  readonly #file: string;
  readonly #text: string;
  readonly #lines = new LineCounter();

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /** Parsing takes a second per MiB, so others get their turn between documents. */
  async readAll(): Promise<void> {
    const isJson = extname(this.#file).toLowerCase() === '.json';
    if (isJson && !this.#isJson()) return;
    const composer = new Composer({ prettyErrors: false, logLevel: 'error', merge: !isJson });
    const tokens = new Parser(this.#lines.addNewLine).parse(this.#text);
    let index = 0;
    for (const document of composer.compose(tokens, false, this.#text.length)) {
      if (index % DOCUMENTS_PER_TURN === 0) await yieldToEventLoop();
      this.#take(document, index);
      index += 1;
    }
  }

  /** Reports that a file is no JSON. YAML takes more than JSON, so it cannot tell. */
  #isJson(): boolean {
    try {
      JSON.parse(this.#text);
      return true;
    } catch (error) {
      const [, at] = /at position (\d+)/.exec(messageOf(error)) ?? [];
      const before = this.#text.slice(0, at === undefined ? undefined : Number(at));
      this.#fault(before.split('\n').length, `is not JSON: ${messageOf(error)}`);
      return false;
    }
  }

  #take(document: ParsedDocument, index: number): void {
    const [error] = document.errors;
    if (error !== undefined) {
      this.#report(document, error);
      return;
    }
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: MAX_ALIASES });
      JSON.stringify(value);
    } catch (problem) {
      this.#fault(this.#lineOf(document, []), aliasProblem(messageOf(problem)));
      return;
    }
    this.#inspect(document, value, [], `${index}`);
  }

  #inspect(document: ParsedDocument, value: unknown, path: Steps, index: string, of?: string): void {
    const found = inspect(value, of);
    switch (found.type) {
      case 'nothing':
        if (path.length > 0) this.#fault(this.#lineOf(document, path), 'is an empty item of a list');
        return;
      case 'other':
        this.others.push(found.name);
        return;
      case 'fault':
        this.#faultAt(this.#lineOf(document, [...path, ...found.path]), found);
        return;
      case 'list':
        for (const [at, item] of found.items.entries())
          this.#inspect(document, item, [...path, ...found.path, at], `${index}.${at}`, found.of);
        return;
      case 'manifest': {
        const { kind, name } = found;
        const file = this.#file;
        const line = this.#lineOf(document, path);
        const item = { key: `${file}#${index}`, label: `${file}:${line} ${name}`, value: found.value };
        this.manifests.push({ kind, item, file, line });
      }
    }
  }

  /** A placeholder without quotes is an object in YAML, which is not what its author would recognise. */
  #faultAt(line: number, { message, kind }: { readonly message: string; readonly kind?: Kind }): void {
    this.#fault(line, describePlaceholder(this.#textOf(line)) ?? message, kind);
  }

  #textOf(line: number): string {
    return this.#text.slice(this.#lines.lineStarts[line - 1] ?? 0, this.#lines.lineStarts[line]);
  }

  #fault(line: number, message: string, kind?: Kind): void {
    this.faults.push({ file: this.#file, line, message, ...(kind === undefined ? {} : { kind }) });
  }

  #report(document: ParsedDocument, { code, message, pos: [offset] }: ParsedDocument['errors'][number]): void {
    const line = this.#lineAt(offset);
    if (code === 'DUPLICATE_KEY') {
      this.#fault(line, `the key ${keyOf(this.#text.slice(offset, offset + 200))} stands twice in one object`);
    } else if (code === 'TAB_AS_INDENT' || /^ *\t/.test(this.#textOf(line))) {
      this.#fault(line, 'begins with a tab; YAML takes only spaces there');
    } else {
      const [start, , end] = document.range;
      // Braces of a template may break a document far below.
      const placeholder = describePlaceholder(this.#text.slice(start, end));
      this.#fault(line, `${parseProblem(message)}${placeholder === undefined ? '' : ` (${placeholder})`}`);
    }
  }

  #lineAt(offset: number): number {
    return Math.max(1, this.#lines.linePos(offset).line);
  }

  /** The line of a part of a document; of the part around it where it does not exist. */
  #lineOf(document: ParsedDocument, path: Steps): number {
    for (let length = path.length; length > 0; length -= 1) {
      const start = startOf(document, path.slice(0, length));
      if (start !== undefined) return this.#lineAt(start);
    }
    return this.#lineAt(document.contents?.range[0] ?? document.range[0]);
  }
}

/** Where a part of a document begins: a member at its key. */
function startOf(document: ParsedDocument, path: Steps): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  const pair = isMap(parent) ? parent.items.find((each) => isScalar(each.key) && each.key.value === key) : undefined;
  const node: unknown = pair === undefined ? document.getIn(path, true) : pair.key;
  return isNode(node) ? node.range?.[0] : undefined;
}

function keyOf(text: string): string {
  return (text.split(/[:\n]/, 1)[0] ?? '').trim().slice(0, 60);
}

/** The library's own messages are for programmers. */
function aliasProblem(message: string): string {
  const [, name] = /^Unresolved alias .*: (.+)$/s.exec(message) ?? [];
  if (name !== undefined) return `has the alias *${name}, and no &${name} before it`;
  if (message.startsWith('Excessive alias count'))
    return 'has aliases (*name) that stand for too much together; write some of the parts out';
  if (message.includes('circular')) return 'has an alias (*name) inside of what it stands for';
  return message.startsWith('Merge sources') ? 'merges (<<) something that is no object' : parseProblem(message);
}

function parseProblem(message: string): string {
  return message.includes('call stack') ? 'is nested too deep' : `cannot be parsed: ${message}`;
}
