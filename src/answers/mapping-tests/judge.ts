import type { Expectation } from '../../config/mapping-tests.ts';
import { mergeEntities } from '../../core/fitter.ts';
import type { Entity, JsonObject } from '../../core/model.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { MapField } from '../map-fields.ts';
import type { MappedItemView, MapRow } from '../map-items.ts';
import { type Difference, differences, pathText } from './compare.ts';

/** Why a test failed. */
export interface TestFailure {
  /** One sentence. */
  readonly message: string;
  /** The place in the entity. */
  readonly path?: string;
  readonly expected?: unknown;
  /** Missing: nothing came. */
  readonly actual?: unknown;
  /** The entry of the mapping, its expression, and what that looked at. */
  readonly entry?: string;
  readonly expression?: string;
  readonly input?: unknown;
}

/** An entity with the rows that gave it. */
export interface GivenEntity {
  readonly entity: Entity;
  readonly rows: readonly MapRow[];
}

/** The entities of an item. What several entries say about one entity is merged, as in a run. */
export function entitiesOf({ rows }: MappedItemView): readonly GivenEntity[] {
  const found = new Map<string, GivenEntity>();
  for (const row of rows) {
    const { entity } = row;
    if (entity === undefined) continue;
    const key = JSON.stringify([entity.blueprint, entity.identifier]);
    const earlier = found.get(key);
    found.set(
      key,
      earlier
        ? { entity: mergeEntities(earlier.entity, entity), rows: [...earlier.rows, row] }
        : { entity, rows: [row] },
    );
  }
  return [...found.values()];
}

/** Why an item does not become what is expected; nothing: it does. */
export function judge(view: MappedItemView, expectation: Expectation): readonly TestFailure[] {
  switch (expectation.type) {
    case 'entities':
      return judgeEntities(view, expectation.entities);
    case 'filtered':
      return judgeFiltered(view, expectation.by);
    case 'rejected':
      return judgeRejected(view, expectation.because);
    case 'missing':
      return [{ message: 'nothing is expected' }];
  }
}

function judgeEntities(view: MappedItemView, expected: readonly JsonObject[]): readonly TestFailure[] {
  const given = entitiesOf(view);
  if (given.length !== expected.length) {
    const came = given.map(({ entity }) => nameOf(entity));
    const message = `expected ${countOf(expected.length)}, got ${countOf(given.length)}${came.length > 0 ? `: ${came.join(', ')}` : ''}`;
    return [{ message, expected: expected.length, actual: given.length }, ...othersIn(view)];
  }
  return pairs(expected, given).flatMap(({ wanted, came }) =>
    differences(wanted, came.entity).map((difference) => explain(difference, came)),
  );
}

/** Expected and given entities, by blueprint and identifier where the test names them; the others in their order. */
export function pairs(expected: readonly JsonObject[], given: readonly GivenEntity[]) {
  const left = [...given];
  const take = (index: number) => (index < 0 ? undefined : left.splice(index, 1)[0]);
  const isNamed = (wanted: JsonObject) => wanted.identifier !== undefined;
  const found = expected.map((wanted) =>
    isNamed(wanted)
      ? take(
          left.findIndex(({ entity: { identifier, blueprint } }) => {
            const ids = { identifier: wanted.identifier, blueprint: wanted.blueprint ?? blueprint };
            return differences(ids, { identifier, blueprint }).length === 0;
          }),
        )
      : undefined,
  );
  return expected.flatMap((wanted, index) => {
    const came = found[index] ?? left.shift();
    return came === undefined ? [] : [{ index, wanted, came }];
  });
}

function explain({ path, expected, actual }: Difference, { rows }: GivenEntity): TestFailure {
  const where = pathText(path);
  const told = { path: where, expected, ...(actual === undefined ? {} : { actual }) };
  const source = lastFieldOf(rows, where);
  if (source === undefined) {
    const message = `${where}: expected ${textOf(expected)}, but the mapping does not write it${meant(where, rows)}`;
    return { ...told, message };
  }
  const { entry, field } = source;
  const { expression, error, input } = field;
  const got =
    error === undefined ? `got ${actual === undefined ? 'nothing' : textOf(actual)}` : `but it failed: ${error}`;
  return {
    ...told,
    message: `${where}: expected ${textOf(expected)}, ${got}`,
    ...{ entry, expression },
    ...(input === undefined ? {} : { input }),
  };
}

/** The field that wrote a place of the entity: that of the last entry that has one, and the longest path. */
function lastFieldOf(rows: readonly MapRow[], where: string): { entry: string; field: MapField } | undefined {
  const fitting = rows.flatMap(({ entry, fields }) =>
    fields.filter(({ path }) => contains(path, where)).map((field) => ({ entry, field })),
  );
  const spread = where.split('.')[0];
  const spreading = rows.flatMap(({ entry, fields }) =>
    fields.filter(({ path }) => path === `${spread}.*`).map((field) => ({ entry, field })),
  );
  const longest = Math.max(...fitting.map(({ field }) => field.path.length));
  return fitting.filter(({ field }) => field.path.length === longest).at(-1) ?? spreading.at(-1);
}

function contains(outer: string, inner: string): boolean {
  return (
    outer === inner || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`) || outer.startsWith(`${inner}.`)
  );
}

function meant(where: string, rows: readonly MapRow[]): string {
  const written = [...new Set(rows.flatMap(({ fields }) => fields.map(({ path }) => path)))].filter(
    (path) => path !== 'selector.query' && path !== 'itemsToParse',
  );
  return didYouMean(where, written) || ` (it writes ${written.join(', ')})`;
}

function judgeFiltered(view: MappedItemView, by: string | undefined): readonly TestFailure[] {
  const others = view.rows.filter(({ result }) => result !== 'filtered');
  if (by === undefined) {
    if (view.rows.length === 0) return nothingMapped();
    if (others.length === 0) return [];
    const entities = entitiesOf(view).map(({ entity }) => nameOf(entity));
    const came = entities.length > 0 ? `it gives ${entities.join(', ')}` : 'it is rejected';
    return [{ message: `expected to be filtered, but ${came}` }, ...othersIn({ ...view, rows: others })];
  }
  const own = view.rows.filter(({ entry }) => entry === by || entry.startsWith(`${by}.`));
  if (own.length === 0) {
    const names = [...new Set(view.rows.map(({ entry }) => entry))];
    return [
      {
        message: `expected ${by} to filter it, but no such entry reads the kind${didYouMean(by, names)}; there is ${names.join(', ')}`,
      },
    ];
  }
  const passing = own.find(({ result }) => result !== 'filtered');
  if (passing === undefined) return [];
  return [
    {
      message: `expected ${by} to filter it, but there it gives an ${passing.result === 'entity' ? 'entity' : 'error'}`,
      ...selectorOf(passing),
    },
  ];
}

function judgeRejected(view: MappedItemView, because: string | undefined): readonly TestFailure[] {
  const rejected = view.rows.filter(({ result }) => result === 'rejected');
  if (rejected.length === 0) {
    if (view.rows.length === 0) return nothingMapped();
    const entities = entitiesOf(view).map(({ entity }) => nameOf(entity));
    const came = entities.length > 0 ? `it gives ${entities.join(', ')}` : 'it is filtered';
    return [{ message: `expected to be rejected, but ${came}` }];
  }
  const reasons = rejected.flatMap(({ problems, fields }) => [
    ...problems,
    ...fields.flatMap(({ path, error }) => (error === undefined ? [] : [path, error])),
  ]);
  if (because === undefined || reasons.some((reason) => reason.includes(because))) return [];
  const said = rejected.flatMap(({ problems }) => problems).join('; ');
  return [{ message: `expected to be rejected because of ${because}, but it was rejected because of ${said}` }];
}

/** The rows that gave no entity, with the reason: why an expected one may be missing. */
function othersIn({ rows }: Pick<MappedItemView, 'rows'>): readonly TestFailure[] {
  if (rows.length === 0) return nothingMapped();
  return rows.flatMap((row): TestFailure[] => {
    if (row.result === 'entity') return [];
    const why = row.problems.length > 0 ? `: ${row.problems.join('; ')}` : '';
    return [{ message: `${row.entry}: ${row.result}${why}`, ...selectorOf(row) }];
  });
}

function selectorOf({ entry, fields }: MapRow): Partial<TestFailure> {
  const field = fields.find(({ error }) => error !== undefined) ?? fields.find(({ path }) => path === 'selector.query');
  if (field === undefined) return {};
  return { entry, expression: field.expression, ...(field.input === undefined ? {} : { input: field.input }) };
}

function nothingMapped(): readonly TestFailure[] {
  return [{ message: 'no entry of the mapping reads this kind; an add-on may (addOns: in the file of tests)' }];
}

function nameOf({ blueprint, identifier }: Entity): string {
  return `${blueprint} ${typeof identifier === 'string' ? identifier : JSON.stringify(identifier)}`;
}

function countOf(count: number): string {
  return count === 0 ? 'no entity' : count === 1 ? '1 entity' : `${count} entities`;
}

const MAX_SHOWN = 200;

/** A value in a sentence. */
function textOf(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
