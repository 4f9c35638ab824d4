import type { EntityTemplate, PropertyTemplate, ResourceEntry, SearchQuery, SearchRule } from '../model.ts';

/** An expression of an entry, with its path. `costs`: what is left out if it does not compile. */
export interface ExpressionUse {
  readonly entry: ResourceEntry;
  readonly path: string;
  readonly costs: 'entry' | 'field';
  readonly expression: string;
  /** undefined: the selector, or itemsToParse. */
  readonly template: EntityTemplate | undefined;
  /** The keys that lead to its value in an entity: `['properties', 'status']`. Empty where there is no template. */
  readonly steps: Steps;
}

type Steps = readonly (string | number)[];

/** All expressions of an entry. */
export function usesOf(entry: ResourceEntry): readonly ExpressionUse[] {
  return [
    use(entry, 'selector.query', entry.selectorQuery),
    ...(entry.itemsToParse === undefined ? [] : [use(entry, 'port.itemsToParse', entry.itemsToParse.expression)]),
    ...entry.templates.flatMap((template) => usesOfTemplate(entry, template)),
  ];
}

function use(entry: ResourceEntry, path: string, expression: string): ExpressionUse {
  return { entry, path: `${entry.path}.${path}`, costs: 'entry', expression, template: undefined, steps: [] };
}

function usesOfTemplate(entry: ResourceEntry, template: EntityTemplate): readonly ExpressionUse[] {
  const uses: ExpressionUse[] = [];
  type Costs = ExpressionUse['costs'];
  function addText(steps: Steps, costs: Costs, expression: string): void {
    uses.push({ entry, path: pathOf(template, steps), costs, expression, template, steps });
  }
  function add(steps: Steps, costs: Costs, value: string | SearchQuery | undefined): void {
    if (typeof value === 'string') addText(steps, costs, value);
    else if (value !== undefined && isQuery(value)) {
      addUnlessConstant([...steps, 'combinator'], costs, value.combinator);
      value.rules.forEach((rule, index) => {
        const at = [...steps, 'rules', index];
        if (isQuery(rule)) {
          add(at, costs, rule);
          return;
        }
        addUnlessConstant([...at, 'property'], costs, rule.property);
        addUnlessConstant([...at, 'operator'], costs, rule.operator);
        if (typeof rule.value === 'string') addText([...at, 'value'], costs, rule.value);
      });
    }
  }
  function addUnlessConstant(steps: Steps, costs: Costs, text: string | undefined): void {
    if (text !== undefined && !isConstantWord(text)) addText(steps, costs, text);
  }
  function addProperty(steps: Steps, property: PropertyTemplate): void {
    if (typeof property === 'string') addText(steps, 'field', property);
    else for (const [name, inner] of Object.entries(property)) addProperty([...steps, name], inner);
  }
  add(['identifier'], 'entry', template.identifier);
  add(['blueprint'], 'entry', template.blueprint);
  add(['title'], 'field', template.title);
  add(['icon'], 'field', template.icon);
  add(['team'], 'field', template.team);
  for (const [name, property] of Object.entries(template.properties)) addProperty(['properties', name], property);
  for (const [name, relation] of Object.entries(template.relations)) add(['relations', name], 'field', relation);
  return uses;
}

function pathOf(template: EntityTemplate, steps: Steps): string {
  return steps.reduce<string>(
    (path, step) => (typeof step === 'number' ? `${path}[${step}]` : `${path}.${step}`),
    template.path,
  );
}

/** Whether a property, operator or combinator of a search query is a constant: `and`, `=`, `$title`. Otherwise it is jq. */
export function isConstantWord(text: string): boolean {
  return /^[\w$@=<>!-]+$/.test(text);
}

/** Whether a value in a mapping is a search query and not an expression, a rule or an object of expressions. */
export function isQuery(value: PropertyTemplate | SearchQuery | SearchRule): value is SearchQuery {
  return typeof value === 'object' && 'rules' in value && Array.isArray(value.rules);
}

/** Whether a path leads to something inside what another one leads to. */
export function isInside(inner: string, outer: string): boolean {
  return inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
}
