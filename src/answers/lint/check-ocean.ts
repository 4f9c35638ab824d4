import { prepare } from '../../core/expression/prepare.ts';
import { isConstantWord, isQuery } from '../../core/expression/uses.ts';
import type { SearchQuery } from '../../core/model.ts';
import { leadingPath } from '../../mapping/leading-path.ts';
import type { Said } from './finding.ts';
import type { Given } from './input.ts';

interface Difference {
  readonly pattern: RegExp;
  readonly message: string;
}

const STRING = /"(?:[^"\\]|\\.)*"/g;

/** What an expression may do in Port Ocean and not here, or the other way round. docs/moving-from-ocean.md says why. */
const DIFFERENCES: readonly Difference[] = [
  {
    pattern: /(?<![.\w$])(?:halt|halt_error)\b/,
    message: 'ends the expression with null in Port Ocean, and fails the field here',
  },
  { pattern: /(?<![.\w$])inputs?\b/, message: 'finds nothing in Port Ocean, and fails the field here' },
  {
    pattern: /\?\/\//,
    message:
      'the alternative of a destructuring (?//) works in Port Ocean, and fails here where an earlier pattern does not fit',
  },
];
const ENVIRONMENT = /(?<![.\w$])env\b|\$ENV\b/;

/** Expressions and keys that Port Ocean understands in another way. */
export function checkOcean(given: Given): readonly Said[] {
  return [...expressionsFor(given), ...lists(given), ...spreads(given), ...rules(given)];
}

function said(path: string, message: string, advice?: string): Said {
  return { code: 'ocean_differs', severity: 'warning', path, message, ...(advice === undefined ? {} : { advice }) };
}

function expressionsFor({ uses, broken, readable }: Given): readonly Said[] {
  return uses.flatMap(({ path, expression }) => {
    const prepared = prepare(expression);
    if (prepared.type !== 'expression' || broken.has(path)) return [];
    const code = prepared.text.replaceAll(STRING, '""');
    const found = DIFFERENCES.filter(({ pattern }) => pattern.test(code)).map(({ message }) => said(path, message));
    const env = said(
      path,
      'reads the environment in Port Ocean, and finds it empty here',
      'Set ALLOW_ENV_IN_MAPPING=true, or write the value out.',
    );
    return readable !== 'all' && ENVIRONMENT.test(withoutVariables(code, readable)) ? [...found, env] : found;
  });
}

/** The expression without the variables that it may read. */
function withoutVariables(code: string, names: readonly string[]): string {
  return names.reduce(
    (text, name) => text.replaceAll(new RegExp(`(?<![.\\w$])(?:env|\\$ENV)\\.${name}\\b`, 'g'), ''),
    code,
  );
}

function lists({ mapping, broken }: Given): readonly Said[] {
  return mapping.entries.flatMap(({ path, itemsToParse }) => {
    const where = `${path}.port.itemsToParse`;
    const isDropped = itemsToParse?.topLevelTransform === true && leadingPath(itemsToParse.expression) === undefined;
    if (!isDropped || broken.has(where)) return [];
    const advice = 'Begin with the path of the list, or set itemsToParseTopLevelTransform: false.';
    return [said(where, 'does not begin with a path, so Port Ocean drops every item; here it works', advice)];
  });
}

/** Port Ocean has no kinds of Kubernetes' form; Port's exporter, which has them, knows `*`. */
function spreads({ templates }: Given): readonly Said[] {
  return templates.flatMap(({ entry, template }) =>
    (['properties', 'relations'] as const)
      .filter((what) => Object.hasOwn(template[what], '*') && !entry.kind.includes('/'))
      .map((what) => said(`${template.path}.${what}.*`, 'spreads an object here; in Port Ocean it is a field named *')),
  );
}

/** `and`, `=` and `title` mean themselves here. In Port Ocean they are jq, and need quotes. */
function rules({ templates }: Given): readonly Said[] {
  return templates.flatMap(({ template }) => {
    const fields: readonly (readonly [string, unknown])[] = [
      ['identifier', template.identifier],
      ['team', template.team],
      ...Object.entries(template.relations).map(([id, value]) => [`relations.${id}`, value] as const),
    ];
    return fields.flatMap(([name, value]) => {
      const word = isSearch(value) ? bareWord(value) : undefined;
      if (word === undefined) return [];
      const message = `${word} means itself here; in Port Ocean it is jq and gives null`;
      return [said(`${template.path}.${name}`, message, `Write "'${word}'", which both understand.`)];
    });
  });
}

function isSearch(value: unknown): value is SearchQuery {
  return typeof value === 'object' && value !== null && 'rules' in value;
}

function bareWord(query: SearchQuery): string | undefined {
  if (isConstantWord(query.combinator)) return query.combinator;
  for (const rule of query.rules) {
    const words = isQuery(rule) ? [bareWord(rule)] : [rule.property, rule.operator];
    const found = words.find((word) => word !== undefined && isConstantWord(word));
    if (found !== undefined) return found;
  }
  return undefined;
}
