import { prepare } from '../core/expression/prepare.ts';
import type { ResourceEntry } from '../core/model.ts';
import { leadingPath, type PathStep } from './leading-path.ts';
import type { Node, ParsedEntry, ParsedTemplate } from './parsed-entry.ts';

/** Entries that map the same rows: the items themselves, or the elements of the same itemsToParse. */
export interface Group {
  readonly parse: ItemsToParseStep | undefined;
  readonly entries: readonly ParsedEntry[];
  /** All distinct expressions. */
  readonly expressions: readonly GroupExpression[];
}
interface ItemsToParseStep {
  readonly expression: string;
  readonly name: string;
  readonly topLevelTransform: boolean;
  readonly leadingPath: readonly PathStep[] | undefined;
}
interface GroupExpression {
  readonly text: string;
  /** Whether it is a selector of an entry. */
  readonly selects: boolean;
  /** The selectors (by index) whose entries use it in a field; `always`: an entry without a selector expression does. */
  readonly usedBy: readonly (number | 'always')[];
}

/** Groups entries that map the same rows, so that an expression that they share runs once per row. */
export function groupEntries(entries: readonly ParsedEntry[]): readonly Group[] {
  const groups = new Map<string, { parse: ItemsToParseStep | undefined; entries: ParsedEntry[] }>();
  for (const parsed of entries) {
    const parse = itemsToParseStepOf(parsed.entry);
    const key = JSON.stringify(parse ?? null);
    const group = groups.get(key) ?? { parse, entries: [] };
    group.entries.push(parsed);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ ...group, expressions: expressionsOf(group.entries) }));
}

function itemsToParseStepOf({ itemsToParse }: ResourceEntry): ItemsToParseStep | undefined {
  if (itemsToParse === undefined) return undefined;
  const prepared = prepare(itemsToParse.expression);
  if (prepared.type === 'broken') return undefined; // cannot happen: such an entry was left out before
  const expression = prepared.text;
  return {
    expression,
    name: itemsToParse.name,
    topLevelTransform: itemsToParse.topLevelTransform,
    leadingPath: leadingPath(expression),
  };
}

function expressionsOf(entries: readonly ParsedEntry[]): readonly GroupExpression[] {
  const found = new Map<string, { selects: boolean; usedBy: Set<number | 'always'> }>();
  for (const { selector } of entries) {
    if (selector.type === 'expression') found.set(selector.text, { selects: true, usedBy: new Set() });
  }
  const selectors = [...found.keys()];
  for (const { selector, templates } of entries) {
    const user = selector.type === 'expression' ? selectors.indexOf(selector.text) : 'always';
    const selectsNothing = selector.type === 'constant' && selector.value !== true;
    for (const text of templates.flatMap(textsOf)) {
      const use = found.get(text) ?? { selects: false, usedBy: new Set() };
      if (!selectsNothing) use.usedBy.add(user);
      found.set(text, use);
    }
  }
  return [...found].map(([text, { selects, usedBy }]) => ({ text, selects, usedBy: [...usedBy] }));
}

function textsOf(template: ParsedTemplate): readonly string[] {
  const nodes = [
    template.identifier,
    template.blueprint,
    template.title,
    template.icon,
    template.team,
    ...template.properties.map(([, node]) => node),
    ...template.relations.map(([, node]) => node),
  ];
  return nodes.flatMap((node) => (node === undefined ? [] : textsIn(node)));
}

function textsIn(node: Node): readonly string[] {
  if (node.type === 'expression') return [node.text];
  if (node.type === 'object') return node.fields.flatMap(([, inner]) => textsIn(inner));
  return node.type === 'list' ? node.items.flatMap(textsIn) : [];
}
