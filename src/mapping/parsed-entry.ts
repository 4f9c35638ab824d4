import { prepare } from '../core/expression/prepare.ts';
import { isConstantWord, isQuery } from '../core/expression/uses.ts';
import type { EntityTemplate, PropertyTemplate, ResourceEntry, SearchQuery, SearchRule } from '../core/model.ts';

/** How to get a value of an entity: a constant, an expression, or an object or list of such nodes. */
export type Node =
  | { readonly type: 'constant'; readonly value: unknown }
  | { readonly type: 'expression'; readonly text: string }
  /** Contains an expression that does not compile. That was reported. */
  | { readonly type: 'broken' }
  | { readonly type: 'object'; readonly fields: readonly NamedNode[] }
  | { readonly type: 'list'; readonly items: readonly Node[] };
export type NamedNode = readonly [name: string, node: Node];

export interface ParsedTemplate {
  readonly template: EntityTemplate;
  readonly identifier: Node;
  readonly blueprint: Node;
  readonly title?: Node;
  readonly icon?: Node;
  readonly team?: Node;
  readonly properties: readonly NamedNode[];
  readonly relations: readonly NamedNode[];
}
export interface ParsedEntry {
  readonly entry: ResourceEntry;
  readonly selector: Node;
  readonly templates: readonly ParsedTemplate[];
}

/** Parses an entry of the mapping into nodes. @param broken the expressions that do not compile */
export function parseEntry(entry: ResourceEntry, broken: ReadonlySet<string>): ParsedEntry {
  function fromText(expression: string): Node {
    const prepared = prepare(expression);
    return prepared.type === 'broken' || (prepared.type === 'expression' && broken.has(prepared.text))
      ? { type: 'broken' }
      : prepared;
  }
  /** Accepts `and` and Ocean's `'"and"'`. */
  function fromWord(text: string): Node {
    return isConstantWord(text) ? constant(text) : fromText(text);
  }
  function fromQuery(query: SearchQuery): Node {
    const rules = query.rules.map((rule): Node => (isQuery(rule) ? fromQuery(rule) : fromRule(rule)));
    return object([
      ['combinator', fromWord(query.combinator)],
      ['rules', { type: 'list', items: rules }],
    ]);
  }
  function fromRule(rule: SearchRule): Node {
    return object([
      ...(rule.property === undefined ? [] : [['property', fromWord(rule.property)] as const]),
      ['operator', fromWord(rule.operator)],
      ...(rule.value === undefined
        ? []
        : [['value', typeof rule.value === 'string' ? fromText(rule.value) : constant(rule.value)] as const]),
    ]);
  }
  function fromTextOrQuery(value: string | SearchQuery): Node {
    return typeof value === 'string' ? fromText(value) : fromQuery(value);
  }
  function fromProperty(template: PropertyTemplate): Node {
    if (typeof template === 'string') return fromText(template);
    return object(Object.entries(template).map(([name, inner]): NamedNode => [name, fromProperty(inner)]));
  }
  return {
    entry,
    selector: fromText(entry.selectorQuery),
    templates: entry.templates.map((template) => ({
      template,
      identifier: fromTextOrQuery(template.identifier),
      blueprint: fromText(template.blueprint),
      ...(template.title === undefined ? {} : { title: fromText(template.title) }),
      ...(template.icon === undefined ? {} : { icon: fromText(template.icon) }),
      ...(template.team === undefined ? {} : { team: fromTextOrQuery(template.team) }),
      properties: Object.entries(template.properties).map(
        ([name, property]): NamedNode => [name, fromProperty(property)],
      ),
      relations: Object.entries(template.relations).map(
        ([name, relation]): NamedNode => [name, fromTextOrQuery(relation)],
      ),
    })),
  };
}

function constant(value: unknown): Node {
  return { type: 'constant', value };
}

function object(fields: readonly NamedNode[]): Node {
  return { type: 'object', fields };
}

/** The template without the fields whose expressions do not compile. */
export function usableTemplate(template: ParsedTemplate): EntityTemplate {
  const { title, icon, team, properties, relations, ...rest } = template.template;
  const usableNames = (nodes: readonly NamedNode[]) =>
    new Set(nodes.filter(([, node]) => isUsable(node)).map(([name]) => name));
  const usableProperties = usableNames(template.properties);
  const usableRelations = usableNames(template.relations);
  return {
    ...rest,
    ...(title !== undefined && isUsable(template.title) ? { title } : {}),
    ...(icon !== undefined && isUsable(template.icon) ? { icon } : {}),
    ...(team !== undefined && isUsable(template.team) ? { team } : {}),
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => usableProperties.has(name))),
    relations: Object.fromEntries(Object.entries(relations).filter(([name]) => usableRelations.has(name))),
  };
}

function isUsable(node: Node | undefined): boolean {
  if (node?.type === 'object') return node.fields.every(([, inner]) => isUsable(inner));
  return node?.type === 'list' ? node.items.every(isUsable) : node?.type !== 'broken';
}
