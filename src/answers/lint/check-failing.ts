import type { Kind } from '../../core/model.ts';
import { isObject } from '../../komodor/item.ts';
import type { MapField } from '../map-fields.ts';
import { withoutField } from '../without-field.ts';
import type { Said } from './finding.ts';
import type { Given } from './input.ts';
import { countText, groupBy, type Observed, observe, pathOf } from './observe.ts';

interface Failure extends Observed {
  readonly field: MapField;
  readonly error: string;
  readonly path: string;
}

/** Expressions that fail on samples. */
export function checkFailing({ broken }: Given, observed: readonly Observed[]): readonly Said[] {
  return [...groupBy(failuresIn(observed), ({ path }) => path)].flatMap(([path, failures]): Said[] => {
    if (broken.has(path)) return [];
    const unguarded = failures.find(isUnguarded);
    const [{ field, error, entry, template }] = failures;
    const all = observed.filter(
      (one) => one.entry === entry && one.template === template && one.row.result !== 'filtered',
    );
    const where = countText(failures, Math.max(all.length, failures.length));
    if (unguarded !== undefined) return [nullUnguarded(path, unguarded, where, 'error')];
    const isFatal = /^(?:selector\.query|itemsToParse|identifier|blueprint)/.test(field.path);
    return [
      {
        code: isFatal ? 'item_rejected' : 'field_failed',
        severity: 'error',
        path,
        message: `${field.expression} fails: ${error} (${where})`,
        advice: isFatal
          ? 'Such items give no entity, and nothing is deleted from the blueprint. Let the selector leave them out.'
          : 'The field stays as it is in Port. Guard what fails, or use `?` and a default.',
      },
    ];
  });
}

function failuresIn(observed: readonly Observed[]): readonly Failure[] {
  return observed.flatMap((one) =>
    one.row.fields.flatMap((field) =>
      field.error === undefined ? [] : [{ ...one, field, error: field.error, path: pathOf(one, field) }],
    ),
  );
}

/** Whether a function failed because the field before it is null. That the result is null is another mistake. */
function isUnguarded({ field: { input, expression }, error }: Failure): boolean {
  if (error.startsWith('it gives ') || /^\s*(?:\.\w+)+\s*$/.test(expression)) return false;
  if (input === null || /\bnull \(null\)/.test(error)) return true;
  return isObject(input) && !('type' in input) && Object.values(input).includes(null);
}

function nullUnguarded(path: string, { field, error }: Failure, where: string, severity: Said['severity']): Said {
  const [, field0] = PATH_BEFORE_PIPE.exec(field.expression) ?? [];
  const what = field0 === undefined ? 'a field' : field0;
  return {
    code: 'null_unguarded',
    severity,
    path,
    message: `${field.expression} fails where ${what} is null: ${error} (${where})`,
    advice:
      field0 === undefined
        ? 'Guard it: `values` drops null before something fails on it, and `// "…"` gives a default.'
        : `Write ${field.expression.replace(field0, `${field0} | values`)}`,
  };
}

const PATH_BEFORE_PIPE = /^\s*((?:\.\w+|\.?\["[^"]*"\])+)\s*\|/;

/** Expressions that fail when a field is missing that Komodor may leave out, told without samples of the user. */
export async function checkOptionalFields(given: Given, signal: AbortSignal): Promise<readonly Said[]> {
  const { kinds, mapping } = given;
  const names = new Map<string, readonly string[]>();
  const rows = new Map(
    [...new Set(mapping.entries.map(({ kind }) => kind))].map((kind) => {
      const item = kinds.get(kind)?.probe.item.value ?? {};
      const optional = kinds.info(kind)?.mayLack ?? [];
      names.set(kind, ['', ...optional]);
      return [kind, [item, ...optional.map((path) => withoutField(item, path))]] as const;
    }),
  );
  // The made-up item lies in no cluster that a selector names.
  const everywhere = { ...mapping, entries: mapping.entries.map((entry) => ({ ...entry, selector: {} })) };
  const observed = await observe(given, everywhere, rows, signal);
  const failures = failuresIn(observed).filter((failure) => isUnguarded(failure) && !given.broken.has(failure.path));
  const always = new Set(failures.filter(({ index }) => index === 0).map(({ path }) => path));
  // Of fields that the kind may or may not have, such as a label, samples tell more than the made-up item.
  const isSampled = (kind: Kind) => (given.samples?.rows.get(kind) ?? []).length > 0;
  const telling = failures.filter(({ kind, path }) => !(always.has(path) && isSampled(kind)));
  return [...groupBy(telling, ({ path }) => path)].map(([path, [first]]) => {
    const lacking = names.get(first.kind)?.[first.index] ?? '';
    const where =
      lacking === ''
        ? `not every ${first.kind} has it`
        : `${kinds.get(first.kind)?.systemName} may leave out ${lacking}`;
    return nullUnguarded(path, first, where, 'warning');
  });
}
