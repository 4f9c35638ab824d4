import type { PropertyTemplate, ResourceEntry, SearchQuery, SearchRule } from '../core/model.ts';

/** An expression of an entry, with its path. `costs`: what is left out if it does not compile. */
export interface ExpressionUse {
  readonly entry: ResourceEntry;
  readonly path: string;
  readonly costs: 'entry' | 'field';
  readonly expression: string;
}

/** All expressions of an entry. */
export function usesOf(entry: ResourceEntry): readonly ExpressionUse[] {
  const uses: ExpressionUse[] = [];
  function add(
    path: string,
    costs: ExpressionUse['costs'],
    value: string | SearchQuery | PropertyTemplate | undefined,
  ): void {
    if (typeof value === 'string') uses.push({ entry, path, costs, expression: value });
    else if (value !== undefined && isQuery(value)) {
      addUnlessConstant(`${path}.combinator`, costs, value.combinator);
      value.rules.forEach((rule, index) => {
        const rulePath = `${path}.rules[${index}]`;
        if (isQuery(rule)) {
          add(rulePath, costs, rule);
          return;
        }
        addUnlessConstant(`${rulePath}.property`, costs, rule.property);
        addUnlessConstant(`${rulePath}.operator`, costs, rule.operator);
        if (typeof rule.value === 'string') add(`${rulePath}.value`, costs, rule.value);
      });
    }
  }
  function addUnlessConstant(path: string, costs: ExpressionUse['costs'], text: string | undefined): void {
    if (text !== undefined && !isConstantWord(text)) add(path, costs, text);
  }
  function addProperty(path: string, template: PropertyTemplate): void {
    if (typeof template === 'string') add(path, 'field', template);
    else for (const [name, inner] of Object.entries(template)) addProperty(`${path}.${name}`, inner);
  }
  add(`${entry.path}.selector.query`, 'entry', entry.selectorQuery);
  add(`${entry.path}.port.itemsToParse`, 'entry', entry.itemsToParse?.expression);
  for (const template of entry.templates) {
    add(`${template.path}.identifier`, 'entry', template.identifier);
    add(`${template.path}.blueprint`, 'entry', template.blueprint);
    add(`${template.path}.title`, 'field', template.title);
    add(`${template.path}.icon`, 'field', template.icon);
    add(`${template.path}.team`, 'field', template.team);
    for (const [name, property] of Object.entries(template.properties))
      addProperty(`${template.path}.properties.${name}`, property);
    for (const [name, relation] of Object.entries(template.relations))
      add(`${template.path}.relations.${name}`, 'field', relation);
  }
  return uses;
}

/** Whether a property, operator or combinator of a search query is a constant: `and`, `=`, `$title`. Otherwise it is jq. */
export function isConstantWord(text: string): boolean {
  return /^[\w$@=<>!-]+$/.test(text);
}

/** Whether a value in a mapping is a search query and not an expression, a rule or an object of expressions. */
export function isQuery(value: PropertyTemplate | SearchQuery | SearchRule): value is SearchQuery {
  return typeof value === 'object' && 'rules' in value && Array.isArray(value.rules);
}
