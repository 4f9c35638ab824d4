import { conform } from '../../core/conform.ts';
import { MIN_ITEMS } from '../../core/empty-fields.ts';
import { literalText, prepare } from '../../core/expression/prepare.ts';
import { nearest } from '../../core/nearest.ts';
import { isObject } from '../../komodor/item.ts';
import type { LintCode } from './codes.ts';
import type { Said } from './finding.ts';
import type { Given } from './input.ts';
import { countText, groupBy, type Observed, pathOf } from './observe.ts';

const MAX_SHOWN = 5;

/** Values that do not fit the blueprint, by the engine's own rules. */
export function checkFit(given: Given, observed: readonly Observed[]): readonly Said[] {
  const entities = observed.filter(({ row }) => row.result === 'entity');
  const misfits = entities.flatMap((one) => {
    const { entity } = one.row;
    const shape = entity && given.blueprint(entity.blueprint)?.shape;
    if (entity === undefined || shape === undefined) return [];
    return conform(entity, shape, Number.MAX_SAFE_INTEGER).misfits.map((misfit) => {
      const [folder = '', id = ''] = misfit.path.split(/\.(.*)/s);
      const value = folder === 'properties' ? entity.properties[id] : entity.relations[id];
      return { ...one, misfit, value, path: placeOf(one, folder, id) };
    });
  });
  return [...groupBy(misfits, ({ misfit, path }) => `${misfit.code} ${path}`).values()].flatMap((group): Said[] => {
    const [{ misfit, value, path, template }] = group;
    const isUndeclared = misfit.code === 'property_undeclared' || misfit.code === 'relation_undeclared';
    // Without samples these are found as well.
    if (isUndeclared && literalText(template.blueprint) !== null && !path.endsWith('.*')) return [];
    const all = entities.filter((one) => one.template === template).length;
    const code: LintCode = isUndeclared
      ? misfit.code
      : misfit.code === 'value_refused' && value === null
        ? 'required_null'
        : 'value_refused';
    return [
      {
        code,
        severity: 'error',
        path,
        message: `${misfit.message} (${countText(group, all)})`,
        advice: ADVICE[code] ?? '',
      },
    ];
  });
}

const ADVICE: { readonly [code in LintCode]?: string } = {
  value_refused: 'The value is left out, and Port keeps its own. Correct the expression, or the blueprint.',
  required_null: 'Give a default with //, or make it optional in the blueprint.',
  property_undeclared: 'Correct the name, or add it to the blueprint.',
  relation_undeclared: 'Correct the name, or add it to the blueprint.',
};

/** The path of a field in the mapping, or of what spreads it. */
function placeOf({ template }: Observed, folder: string, id: string): string {
  const fields = folder === 'properties' ? template.properties : template.relations;
  return `${template.path}.${folder}.${Object.hasOwn(fields, id) ? id : '*'}`;
}

/** Blueprints that expressions compute, and nobody has. */
export function checkComputedBlueprints(given: Given, observed: readonly Observed[]): readonly Said[] {
  const found = observed.flatMap((one) => {
    const name = one.row.entity?.blueprint;
    const isMissing = name !== undefined && given.blueprint(name) === undefined && !given.elsewhere.includes(name);
    return isMissing && literalText(one.template.blueprint) === null ? [{ ...one, name }] : [];
  });
  return [...groupBy(found, ({ name, template }) => `${name} ${template.path}`).values()].map((group): Said => {
    const [{ name, template }] = group;
    const where = given.blueprintsFrom === 'port' ? 'Port has' : 'the blueprint files have';
    return {
      code: 'blueprint_unknown',
      severity: given.blueprintsFrom === 'port' ? 'error' : 'warning',
      path: `${template.path}.blueprint`,
      message: `${where} no blueprint ${name} (${countText(group, observed.length)})`,
      advice: 'Correct the expression, or create the blueprint.',
    };
  });
}

/** Expressions that are null for all samples. */
export function checkNull(_: Given, observed: readonly Observed[]): readonly Said[] {
  const values = observed.flatMap((one) =>
    one.row.result === 'entity' ? one.row.fields.map((field) => ({ ...one, field, path: pathOf(one, field) })) : [],
  );
  return [...groupBy(values, ({ path }) => path)].flatMap(([path, all]): Said[] => {
    const [{ field }] = all;
    if (!isData(field.path) || prepare(field.expression).type === 'constant') return [];
    if (all.some(({ field: { value, error } }) => error !== undefined || (value !== null && value !== undefined)))
      return [];
    const meant = similarField(field.expression, all);
    if (all.length < MIN_ITEMS && meant === undefined) return [];
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    return [
      {
        code: 'field_null',
        severity: 'warning',
        path,
        message: `${field.expression} is null for all ${all.length} samples${hint}`,
        advice: meant === undefined ? 'Compare the names with an item: `map` shows one.' : `Write ${meant}`,
      },
    ];
  });
}

function isData(path: string): boolean {
  return /^(?:title|icon|team|properties|relations)/.test(path);
}

const PLAIN_PATH = /^\s*((?:\.\w+)+)/;

/** The path with the first name that no sample has replaced by a similar one that samples have. */
function similarField(expression: string, observed: readonly Observed[]): string | undefined {
  const [, path = ''] = PLAIN_PATH.exec(expression) ?? [];
  const keys = path.split('.').slice(1);
  let parents: readonly unknown[] = observed.map(({ sample }) => sample);
  for (const [index, key] of keys.entries()) {
    const objects = parents.filter(isObject);
    if (objects.every((parent) => !Object.hasOwn(parent, key))) {
      const similar = nearest(key, [...new Set(objects.flatMap((parent) => Object.keys(parent)))]);
      return similar === undefined ? undefined : `.${keys.with(index, similar).join('.')}`;
    }
    parents = objects.map((parent) => parent[key]);
  }
  return undefined;
}

/** Selectors that no sample satisfies. */
export function checkSelected(_: Given, observed: readonly Observed[]): readonly Said[] {
  const asked = observed.flatMap((one) => {
    const field = one.row.fields.find(({ path }) => path === 'selector.query');
    return field === undefined ? [] : [{ ...one, field }];
  });
  return [...groupBy(asked, ({ entry }) => entry.path).values()].flatMap((all): Said[] => {
    const [{ field, entry }] = all;
    if (all.some((one) => one.field.value !== false) || prepare(field.expression).type === 'constant') return [];
    const looked = [...new Set(all.map((one) => JSON.stringify(one.field.input)))].filter((text) => text !== undefined);
    const samples = new Set(all.map(({ index }) => index)).size;
    const shown = looked.slice(0, MAX_SHOWN).map((text) => (text.length > 60 ? `${text.slice(0, 59)}…` : text));
    const hint =
      shown.length === 0 ? '' : `; it looked at ${shown.join(', ')}${looked.length > shown.length ? ', …' : ''}`;
    return [
      {
        code: 'selector_never',
        severity: 'warning',
        path: `${entry.path}.selector.query`,
        message: `none of ${samples} sample${samples === 1 ? '' : 's'} satisfies ${field.expression}${hint}`,
        advice: 'Compare it with the items: `map` shows what it looks at.',
      },
    ];
  });
}
