import { RESERVED_PREFIX } from '../core/expression/lex.ts';
import type { Group } from './groups.ts';

/** A program is passed as one argument, for which Linux allows 128 KiB. */
export const MAX_PROGRAM_BYTES = 100 * 1024;

// Replaces the functions that a mapping must not use: those that stop the shared process, read further input, print, or
// show something of the machine. `error` stays, because jq compiles `break` into it.
const PRELUDE = `
def ${RESERVED_PREFIX}no(n): error("\\(n) is not allowed in a mapping");
def halt: ${RESERVED_PREFIX}no("halt"); def halt_error: ${RESERVED_PREFIX}no("halt_error"); def halt_error(c): ${RESERVED_PREFIX}no("halt_error");
def input: error("break"); def inputs: empty; def modulemeta: ${RESERVED_PREFIX}no("modulemeta");
def input_filename: null; def input_line_number: error("Unknown input line number"); def get_search_list: []; def get_prog_origin: null; def get_jq_origin: null;
def debug: .; def debug(m): .; def stderr: .; def env: $ENV;
def ${RESERVED_PREFIX}text: (if type == "string" then . else tojson end)[0:300];
def ${RESERVED_PREFIX}cell(f): try [first(f)] catch {"e": ${RESERVED_PREFIX}text};
def ${RESERVED_PREFIX}first(f): . as $in | (try ([first(f)] | .[:1]) catch (. as $e | $in | try ([f] | .[:1]) catch ($e | error))) | .[];
`;

/**
 * The definition of an expression as a jq function. `?//` mistakes the `break` inside `first` for an error and tries its
 * next pattern, which may fail. In that case the list of all outputs is used to get the first.
 */
function definition(text: string, index: number): string {
  const name = `${RESERVED_PREFIX}f${index}`;
  if (!text.includes('?//')) return `def ${name}: (${text}\n);\n`;
  const own = `def first(f): ${RESERVED_PREFIX}first(f);`;
  return `def ${name}: def ${RESERVED_PREFIX}g: (${own} ${text}\n); ${RESERVED_PREFIX}first(${RESERVED_PREFIX}g);\n`;
}

/** The beginning of every program. @param env the values of `env` and `$ENV` */
export function preludeOf(env: { readonly [name: string]: string } | undefined): string {
  return `${JSON.stringify(env ?? {})} as $ENV |${PRELUDE}`;
}

/** A program that compiles these expressions and runs none. They must be called, or jq does not compile their bodies. */
export function checkProgram(prelude: string, expressions: readonly string[]): string {
  const calls = expressions.map((_, index) => `${RESERVED_PREFIX}f${index}`).join(', ');
  return `${prelude}${definitions(expressions)}empty | ${calls === '' ? '.' : calls}`;
}

export interface RunChoice {
  /** Which expressions to run. The cells of the others are null, and selectors among them select nothing. */
  readonly runs: (expression: string) => boolean;
  /** Treat every selector as true. */
  readonly selectAll: boolean;
}

/**
 * The program of these groups. It prints one line per document: an array with, per group, an array of rows, or
 * `{"e": message}` when itemsToParse failed, or null when it was not run. A row holds a cell per expression of the group:
 * `[value]`, `[]` (no output), `{"e": message}`, or null (not run).
 */
export function programText(prelude: string, groups: readonly Group[], choice: RunChoice): string {
  const wanted = groups.flatMap((group) => [
    ...(group.parse ? [group.parse.expression] : []),
    ...group.expressions.map((e) => e.text),
  ]);
  const defined = [...new Set(wanted)].filter(choice.runs);
  const names = new Map(defined.map((text, index) => [text, `${RESERVED_PREFIX}f${index}`]));
  return `${prelude}${definitions(defined)}[${groups.map((group) => groupText(group, names, choice.selectAll)).join(', ')}]`;
}

function definitions(expressions: readonly string[]): string {
  return expressions.map(definition).join('');
}

function groupText(group: Group, names: ReadonlyMap<string, string>, selectAll: boolean): string {
  const row = rowText(group, names, selectAll);
  if (group.parse === undefined) return `[${row}]`;
  const name = names.get(group.parse.expression);
  if (name === undefined) return 'null';
  const key = JSON.stringify(group.parse.name);
  return `((${RESERVED_PREFIX}cell(${name}) | if type == "object" then . elif . == [] or . == [null] then [] elif (.[0] | type) == "array" then .[0]
  else {"e": "it gives \\(.[0] | type), not an array"} end) as $list | if ($list | type) == "object" then $list
  else ${parentText(group.parse, name)} as $parent | [$list[] as $element | $parent + {${key}: $element} | ${row}] end)`;
}

/** The item without the list that itemsToParse takes its elements from. */
function parentText(parse: NonNullable<Group['parse']>, name: string): string {
  if (!parse.topLevelTransform) return '.';
  const path = parse.leadingPath;
  // If the text does not show the path, jq's `path` may find it. It fails when the expression computes its list.
  const found = path === undefined ? `([try first(path(${name})) catch []] | .[0] // [])` : JSON.stringify(path);
  return `(${found} as $path | if $path == [] then . else try delpaths([$path]) catch . end)`;
}

function rowText(group: Group, names: ReadonlyMap<string, string>, selectAll: boolean): string {
  const bindings: string[] = [];
  const cells = group.expressions.map((expression, index) => {
    const name = names.get(expression.text);
    if (name === undefined) return 'null';
    const cell = `${RESERVED_PREFIX}cell(${name})`;
    if (expression.selects) {
      if (selectAll && expression.usedBy.length === 0) return 'null';
      bindings.push(`${cell} as $cell${index} | `);
      return `$cell${index}`;
    }
    if (selectAll || expression.usedBy.includes('always')) return `(${cell})`;
    const conditions = expression.usedBy
      .filter((selector) => typeof selector === 'number' && names.has(group.expressions[selector]?.text ?? ''))
      .map((selector) => `$cell${selector} == [true]`);
    return conditions.length === 0 ? 'null' : `(if ${conditions.join(' or ')} then ${cell} else null end)`;
  });
  return `(${bindings.join('')}[${cells.join(', ')}])`;
}
