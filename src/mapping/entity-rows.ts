import { literalText } from '../core/expression/prepare.ts';
import type { Entity, JsonObject } from '../core/model.ts';
import type { FieldFailure, MappedRow } from '../core/ports.ts';
import { createRowReader, type Explain, type GroupResult, type RowReader, type WhyNotRun } from './cells.ts';
import { withInput } from './failed-input.ts';
import { type Coerced, describe, isJsonObject, toIdentifier, toName, toReference, toText } from './field-values.ts';
import type { Group } from './groups.ts';
import type { NamedNode, Node, ParsedEntry, ParsedTemplate } from './parsed-entry.ts';

type Rejected = Extract<MappedRow, { type: 'rejected' }>;

/** Turns the result of a group on an item into mapped rows of its entries. At least one row per entry. */
export function createRowMaker(
  group: Group,
  options: { readonly selectAll: boolean; readonly whyNotRun: WhyNotRun },
): (result: GroupResult, item: JsonObject) => ReadonlyMap<ParsedEntry, readonly MappedRow[]> {
  const readerOf = createRowReader(group, options.whyNotRun);

  function rowsOf(parsed: ParsedEntry, result: GroupResult, item: JsonObject): readonly MappedRow[] {
    const { entry } = parsed;
    switch (result.type) {
      case 'unreadable':
        return rejections(parsed, entry.path, result.message);
      case 'failed':
        return rejections(parsed, `${entry.path}.port.itemsToParse`, result.message);
      case 'not_run':
        return rejections(parsed, `${entry.path}.port.itemsToParse`, options.whyNotRun(group.parse?.expression ?? ''));
      case 'rows': {
        if (result.rows.length === 0) return [{ type: 'filtered', entry }];
        return result.rows.flatMap((row) => elementRows(parsed, readerOf(row, explainerOf(item))));
      }
    }
  }

  function elementRows(parsed: ParsedEntry, reader: RowReader): readonly MappedRow[] {
    if (!options.selectAll) {
      const path = `${parsed.entry.path}.selector.query`;
      const selected = reader.evaluate(parsed.selector, path);
      if (!selected.ok) return rejections(parsed, path, reasonOf(selected.failures));
      if (typeof selected.value !== 'boolean') {
        return rejections(parsed, path, `it gives ${describe(selected.value)}, but must give true or false`);
      }
      if (!selected.value) return [{ type: 'filtered', entry: parsed.entry }];
    }
    return parsed.templates.map((template) => entityRow(parsed, template, reader));
  }

  /** With itemsToParse the input of an expression contains an element of the list, which we do not have here. */
  function explainerOf(item: JsonObject): Explain {
    return (message, text) => (group.parse === undefined ? withInput(message, text, item) : message);
  }

  return (result, item) => new Map(group.entries.map((parsed) => [parsed, rowsOf(parsed, result, item)]));
}

/** Without a result no entity of the entry is known: one rejection for each blueprint that the entry writes. */
function rejections(parsed: ParsedEntry, path: string, message: string): readonly Rejected[] {
  const blueprints = new Set(parsed.templates.map(({ template }) => literalText(template.blueprint)));
  return [...blueprints].map((blueprint) => ({ type: 'rejected', entry: parsed.entry, blueprint, path, message }));
}

function entityRow({ entry }: ParsedEntry, parsed: ParsedTemplate, reader: RowReader): MappedRow {
  const { template } = parsed;
  const blueprintPath = `${template.path}.blueprint`;
  const blueprint = required(reader, parsed.blueprint, blueprintPath, toName);
  if (!blueprint.ok)
    return { type: 'rejected', entry, blueprint: null, path: blueprintPath, message: blueprint.message };
  const identifierPath = `${template.path}.identifier`;
  const isQuery = typeof template.identifier !== 'string';
  const identifier = required(reader, parsed.identifier, identifierPath, (value) => toIdentifier(value, isQuery));
  if (!identifier.ok) {
    return { type: 'rejected', entry, blueprint: blueprint.value, path: identifierPath, message: identifier.message };
  }

  const fields = new FieldReader(reader);
  const title = fields.one(parsed.title, 'title', toText);
  const icon = fields.one(parsed.icon, 'icon', toText);
  const team = fields.one(parsed.team, 'team', toReference);
  const entity: Entity = {
    blueprint: blueprint.value,
    identifier: identifier.value,
    ...(title === undefined ? {} : { title }),
    ...(icon === undefined ? {} : { icon }),
    ...(team === undefined ? {} : { team }),
    properties: fields.all(parsed.properties, 'properties', (value) => ({ ok: true, value })),
    relations: fields.all(parsed.relations, 'relations', toReference),
  };
  return { type: 'entity', entry, entity, template, failures: fields.failures };
}

const SPREAD = '*';

/** Reads the fields of one row. A field that fails is left out and recorded. */
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
    const values: [string, T][] = [];
    const put = (name: string, node: Node) => {
      const value = this.one(node, `${folder}.${name}`, coerce);
      if (value !== undefined) values.push([name, value]);
    };
    for (const [name, node] of nodes) {
      if (name !== SPREAD) {
        put(name, node);
        continue;
      }
      const named = new Set(nodes.map(([each]) => each));
      const members = this.one(node, `${folder}.${SPREAD}`, toMembers) ?? [];
      // A named field takes precedence over the spread, even when it failed.
      for (const [member, value] of members) if (!named.has(member)) put(member, { type: 'constant', value });
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
