import { literalText } from '../core/expression/prepare.ts';
import type { Entity, JsonObject } from '../core/model.ts';
import type { FieldFailure, MappedRow } from '../core/ports.ts';
import { createRowReader, type Explain, type GroupResult, type RowReader, type WhyNotRun } from './cells.ts';
import { withInput } from './failed-input.ts';
import { type Coerced, describe, isJsonObject, toIdentifier, toName, toReference, toText } from './field-values.ts';
import type { Group } from './groups.ts';
import type { EntryPlan, NamedNode, Node, TemplatePlan } from './plan.ts';

type Rejected = Extract<MappedRow, { type: 'rejected' }>;

/** Makes the rows of a group's entries out of what jq gave. At least one row per entry. */
export function createRowMaker(
  group: Group,
  options: { readonly selectAll: boolean; readonly whyNotRun: WhyNotRun },
): (result: GroupResult, item: JsonObject) => ReadonlyMap<EntryPlan, readonly MappedRow[]> {
  const readerOf = createRowReader(group, options.whyNotRun);

  function rowsOf(plan: EntryPlan, result: GroupResult, item: JsonObject): readonly MappedRow[] {
    const { entry } = plan;
    switch (result.type) {
      case 'unreadable':
        return rejections(plan, entry.path, result.message);
      case 'failed':
        return rejections(plan, `${entry.path}.port.itemsToParse`, result.message);
      case 'not_run':
        return rejections(plan, `${entry.path}.port.itemsToParse`, options.whyNotRun(group.parse?.expression ?? ''));
      case 'rows': {
        if (result.rows.length === 0) return [{ type: 'filtered', entry }];
        return result.rows.flatMap((row) => elementRows(plan, readerOf(row, explainerOf(item))));
      }
    }
  }

  function elementRows(plan: EntryPlan, reader: RowReader): readonly MappedRow[] {
    if (!options.selectAll) {
      const path = `${plan.entry.path}.selector.query`;
      const selected = reader.evaluate(plan.selector, path);
      if (!selected.ok) return rejections(plan, path, reasonOf(selected.failures));
      if (typeof selected.value !== 'boolean') {
        return rejections(plan, path, `it gives ${describe(selected.value)}, but must give true or false`);
      }
      if (!selected.value) return [{ type: 'filtered', entry: plan.entry }];
    }
    return plan.templates.map((template) => entityRow(plan, template, reader));
  }

  /** With itemsToParse an expression sees an element beside the item, which only jq has put there. */
  function explainerOf(item: JsonObject): Explain {
    return (message, text) => (group.parse === undefined ? withInput(message, text, item) : message);
  }

  return (result, item) => new Map(group.entries.map((plan) => [plan, rowsOf(plan, result, item)]));
}

/** Nothing is known of any of its entities: one rejection for each blueprint that the entry writes. */
function rejections(plan: EntryPlan, path: string, message: string): readonly Rejected[] {
  const blueprints = new Set(plan.templates.map(({ template }) => literalText(template.blueprint)));
  return [...blueprints].map((blueprint) => ({ type: 'rejected', entry: plan.entry, blueprint, path, message }));
}

function entityRow({ entry }: EntryPlan, plan: TemplatePlan, reader: RowReader): MappedRow {
  const { template } = plan;
  const blueprintPath = `${template.path}.blueprint`;
  const blueprint = required(reader, plan.blueprint, blueprintPath, toName);
  if (!blueprint.ok)
    return { type: 'rejected', entry, blueprint: null, path: blueprintPath, message: blueprint.message };
  const identifierPath = `${template.path}.identifier`;
  const isQuery = typeof template.identifier !== 'string';
  const identifier = required(reader, plan.identifier, identifierPath, (value) => toIdentifier(value, isQuery));
  if (!identifier.ok) {
    return { type: 'rejected', entry, blueprint: blueprint.value, path: identifierPath, message: identifier.message };
  }

  const fields = new FieldReader(reader);
  const title = fields.one(plan.title, 'title', toText);
  const icon = fields.one(plan.icon, 'icon', toText);
  const team = fields.one(plan.team, 'team', toReference);
  const entity: Entity = {
    blueprint: blueprint.value,
    identifier: identifier.value,
    ...(title === undefined ? {} : { title }),
    ...(icon === undefined ? {} : { icon }),
    ...(team === undefined ? {} : { team }),
    properties: fields.all(plan.properties, 'properties', (value) => ({ ok: true, value })),
    relations: fields.all(plan.relations, 'relations', toReference),
  };
  return { type: 'entity', entry, entity, failures: fields.failures };
}

const SPREAD = '*';

/** Reads the fields of one row. One that fails is left out, and noted. */
class FieldReader {
  readonly failures: FieldFailure[] = [];
  readonly #reader: RowReader;

  constructor(reader: RowReader) {
    this.#reader = reader;
  }

  one<T>(node: Node | undefined, path: string, coerce: (value: unknown) => Coerced<T>): T | undefined {
    if (node === undefined) return undefined;
    const evaluated = this.#reader.evaluate(node, path);
    if (!evaluated.ok) {
      this.failures.push(...evaluated.failures);
      return undefined;
    }
    const coerced = coerce(evaluated.value);
    if (coerced.ok) return coerced.value;
    this.failures.push({ path, message: coerced.message });
    return undefined;
  }

  all<T>(
    nodes: readonly NamedNode[],
    folder: string,
    coerce: (value: unknown) => Coerced<T>,
  ): { readonly [name: string]: T } {
    const values = new Map<string, T>();
    function put(name: string, value: T | undefined): void {
      if (value !== undefined) values.set(name, value);
    }
    const named = new Set(nodes.map(([name]) => name));
    for (const [name, node] of nodes) {
      if (name !== SPREAD) {
        put(name, this.one(node, `${folder}.${name}`, coerce));
        continue;
      }
      const members = this.one(node, `${folder}.${SPREAD}`, toMembers) ?? [];
      // An explicit field wins, even when it failed: what it should be is not what the spread says.
      for (const [member, value] of members.filter(([member]) => !named.has(member))) {
        put(member, this.one({ type: 'constant', value }, `${folder}.${member}`, coerce));
      }
    }
    return Object.fromEntries(values);
  }
}

function toMembers(value: unknown): Coerced<readonly (readonly [string, unknown])[]> {
  if (value === null) return { ok: true, value: [] };
  if (isJsonObject(value)) return { ok: true, value: Object.entries(value) };
  return { ok: false, message: `it gives ${describe(value)}, but must give an object` };
}

function required<T>(reader: RowReader, node: Node, path: string, coerce: (value: unknown) => Coerced<T>): Coerced<T> {
  const evaluated = reader.evaluate(node, path);
  return evaluated.ok ? coerce(evaluated.value) : { ok: false, message: reasonOf(evaluated.failures) };
}

function reasonOf(failures: readonly FieldFailure[]): string {
  return failures[0]?.message ?? 'it cannot be used';
}
