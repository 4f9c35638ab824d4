import { extname } from 'node:path';
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { readTextFile } from './text-file.ts';

/** Finds the line of a path in a document; null where it cannot be told. */
export type LineOf = (path: string, document?: string) => number | null;

/** Finds lines in files, which are read when they are first asked for. */
export function linesOfFiles(): (file: string, path: string, document?: string) => number | null {
  const files = new Map<string, LineOf>();
  function open(file: string): LineOf {
    try {
      return linesIn(readTextFile(file), extname(file).toLowerCase() === '.json');
    } catch {
      return () => null;
    }
  }
  return (file, path, document) => {
    const lineOf = files.get(file) ?? open(file);
    files.set(file, lineOf);
    return lineOf(path, document);
  };
}

/**
 * Finds lines in a text of YAML or JSON. A path that does not exist gives the line of the part that does. `document`: the
 * identifier of the blueprint below which the path begins, if the text holds several.
 */
export function linesIn(text: string, isJson = false): LineOf {
  const counter = new LineCounter();
  const parsed = parseDocument(text, { merge: !isJson, lineCounter: counter, prettyErrors: false, logLevel: 'error' });
  return (path, document) => {
    const root = document === undefined ? parsed.contents : blueprintIn(parsed, document);
    const found = root === null ? undefined : find(parsed, root, path);
    return found?.range ? counter.linePos(found.range[0]).line : null;
  };
}

/** The blueprint of that name, or the document as a whole. */
function blueprintIn(parsed: Document, identifier: string): Node | null {
  const { contents } = parsed;
  const list = isSeq(contents) ? contents.items : [contents];
  const one = list.find((item) => isMap(item) && [item.get('identifier'), item.get('extends')].includes(identifier));
  return isNode(one) ? one : contents;
}

/** The node at a path; of a mapping's key, the key. A key may have dots, so the longest key that fits is taken. */
function find(parsed: Document, start: Node, path: string): Node {
  const node = isAlias(start) ? (start.resolve(parsed) ?? start) : start;
  const rest = path.replace(/^\./, '');
  if (rest === '') return start;
  if (isSeq(node)) {
    const [step = '', index] = /^\[(\d+)\]/.exec(rest) ?? [];
    const item = index === undefined ? undefined : node.items[Number(index)];
    return isNode(item) ? find(parsed, item, rest.slice(step.length)) : start;
  }
  if (!isMap(node)) return start;
  const fitting = node.items.flatMap((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
    return key !== undefined && begins(rest, key) ? [{ key, pair }] : [];
  });
  const best = fitting.reduce<(typeof fitting)[number] | undefined>(
    (longest, one) => (longest !== undefined && longest.key.length >= one.key.length ? longest : one),
    undefined,
  );
  if (best !== undefined && isNode(best.pair.key)) {
    const left = rest.slice(best.key.length);
    const inner = isNode(best.pair.value) ? find(parsed, best.pair.value, left) : best.pair.key;
    return left === '' || inner === best.pair.value ? best.pair.key : inner;
  }
  const merged = node.items.find(({ key }) => isScalar(key) && String(key.value) === '<<')?.value;
  const from = isNode(merged) ? find(parsed, merged, rest) : undefined;
  return from === undefined || from === merged ? start : from;
}

/** Whether a path begins with a key. */
function begins(path: string, key: string): boolean {
  return path.startsWith(key) && /^(?:$|[.[])/.test(path.slice(key.length));
}
