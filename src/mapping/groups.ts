import { prepare } from '../core/expression/prepare.ts';
import type { ResourceEntry } from '../core/model.ts';
import { leadingPath, type PathStep } from './leading-path.ts';
import type { EntryPlan, Node, TemplatePlan } from './plan.ts';

/** Entries that look at the same rows: the items as they are, or the elements of one itemsToParse. */
export interface Group {
  readonly parse: ParsePlan | undefined;
  readonly entries: readonly EntryPlan[];
  /** Each distinct expression once. */
  readonly expressions: readonly GroupExpression[];
}
interface ParsePlan {
  readonly expression: string;
  readonly name: string;
  readonly topLevelTransform: boolean;
  readonly leadingPath: readonly PathStep[] | undefined;
}
interface GroupExpression {
  readonly text: string;
  /** Whether it is a selector of an entry. */
  readonly selects: boolean;
  /** Indexes of the selectors under which a field uses it; `always` when such a selector is the constant true. */
  readonly usedBy: readonly (number | 'always')[];
}

/** Puts entries that look at the same rows together, so that an expression they share runs once per row. */
export function groupEntries(plans: readonly EntryPlan[]): readonly Group[] {
  const groups = new Map<string, { parse: ParsePlan | undefined; entries: EntryPlan[] }>();
  for (const plan of plans) {
    const parse = parsePlanOf(plan.entry);
    const key = JSON.stringify(parse ?? null);
    const group = groups.get(key) ?? { parse, entries: [] };
    group.entries.push(plan);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ ...group, expressions: expressionsOf(group.entries) }));
}

function parsePlanOf({ itemsToParse }: ResourceEntry): ParsePlan | undefined {
  if (itemsToParse === undefined) return undefined;
  const prepared = prepare(itemsToParse.expression);
  if (prepared.type === 'broken') return undefined; // costs the entry, so it never gets here
  const expression = prepared.text;
  return {
    expression,
    name: itemsToParse.name,
    topLevelTransform: itemsToParse.topLevelTransform,
    leadingPath: leadingPath(expression),
  };
}

function expressionsOf(entries: readonly EntryPlan[]): readonly GroupExpression[] {
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

function textsOf(plan: TemplatePlan): readonly string[] {
  const nodes = [
    plan.identifier,
    plan.blueprint,
    plan.title,
    plan.icon,
    plan.team,
    ...plan.properties.map(([, node]) => node),
    ...plan.relations.map(([, node]) => node),
  ];
  return nodes.flatMap((node) => (node === undefined ? [] : textsIn(node)));
}

function textsIn(node: Node): readonly string[] {
  if (node.type === 'expression') return [node.text];
  if (node.type === 'object') return node.fields.flatMap(([, inner]) => textsIn(inner));
  return node.type === 'list' ? node.items.flatMap(textsIn) : [];
}
