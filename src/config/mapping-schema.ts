import { z } from 'zod';
import { literalText } from '../core/expression/prepare.ts';
import type { FoundKind, KindNames } from '../core/kinds.ts';
import type { DisabledEntry, EntityTemplate, Kind, Mapping, ResourceEntry } from '../core/model.ts';
import { type FileProblem, fileProblem } from './documents.ts';
import { withQuery } from './exporter-keys.ts';
import { readFlags, withCamelCaseFlags } from './mapping-flags.ts';
import { joinPath, type ReportProblem, readTemplate, reportIssues } from './mapping-template.ts';
import { booleanLike, expression, isObject, missingOr } from './mapping-values.ts';
import { ENTRY, reportUnknownKeys } from './unknown-keys.ts';

export interface ParsedMapping {
  readonly mapping: Mapping;
  /** All mistakes, including those that disabled an entry. */
  readonly problems: readonly FileProblem[];
}

type Resources = Pick<Mapping, 'entries' | 'disabled'>;

/** The warning for a selector key that Ocean's mappings may have. Every other unknown selector key is an error. */
const RAW_DATA_HINT =
  'has no effect here: it is for raw pages in the data lake of Port, which this program does not fill';

const anObject = { error: missingOr('must be an object') };
const entrySchema = (kinds: KindNames) =>
  z.object(
    {
      kind: kindSchema(kinds),
      selector: z.looseObject({ query: expression }, anObject),
      port: z.object(
        {
          itemsToParse: expression.nullish(),
          itemsToParseName: z.union([z.string(), z.number().transform(String)], { error: 'must be text' }).nullish(),
          itemsToParseTopLevelTransform: booleanLike.nullish(),
          // Whatever is wrong with it is said below, in our words.
          entity: z.object({ mappings: z.unknown().optional() }, anObject),
        },
        anObject,
      ),
    },
    anObject,
  );

/** The kind that the entry means by its name. */
function kindSchema(kinds: KindNames) {
  const error = ({ input }: { readonly input?: unknown }) =>
    input === undefined ? 'is missing' : `must be one of ${kinds.known.join(', ')}`;
  return z.string({ error }).transform((name, context): Kind => {
    const found = kinds.find(name);
    if ('kind' in found) return found.kind;
    context.addIssue(found.problem);
    return z.NEVER;
  });
}

/**
 * Parses a mapping from a file or from Port. Never throws: an entry that cannot be used is disabled, the others are not.
 * `origin` says where the mapping comes from; every message begins with it.
 * @param kinds the known kinds
 */
export function parseMapping(raw: unknown, origin: string, kinds: KindNames): ParsedMapping {
  const problems: FileProblem[] = [];
  const report: ReportProblem = (path, what, severity) => problems.push(fileProblem(origin, path, what, severity));
  const { entries, disabled } = readResources(raw, report, kinds);
  return {
    mapping: { flags: readFlags(isObject(raw) ? withCamelCaseFlags(raw) : {}, report), entries, disabled },
    problems,
  };
}

/**
 * Parses the `resources` of a mapping.
 * @param prefix begins the entries' paths, which name them in messages
 * @param indexes the index of each entry in its file, if some were left out
 */
export function readResources(
  raw: unknown,
  report: ReportProblem,
  kinds: KindNames,
  prefix = '',
  indexes: readonly number[] = [],
): Resources {
  if (!isObject(raw)) return withoutResources('', 'must be an object with a list of resources', report, prefix);
  const { resources } = raw;
  if (!Array.isArray(resources)) {
    return withoutResources('resources', resources === undefined ? 'is missing' : 'must be a list', report, prefix);
  }
  const reading = { schema: entrySchema(kinds), kinds, report, prefix };
  const read = resources.map((entry: unknown, index) =>
    readEntry(withQuery(entry), `resources[${indexes[index] ?? index}]`, reading),
  );
  return { entries: read.flatMap(({ entries }) => entries), disabled: read.flatMap(({ disabled }) => disabled) };
}

function withoutResources(path: string, what: string, report: ReportProblem, prefix: string): Resources {
  report(path, what);
  return { entries: [], disabled: [{ path: prefix + path, kind: null, blueprints: null, message: what }] };
}

interface EntryReading {
  readonly schema: ReturnType<typeof entrySchema>;
  readonly kinds: KindNames;
  readonly report: ReportProblem;
  readonly prefix: string;
}

function readEntry(raw: unknown, path: string, { schema, kinds, report, prefix }: EntryReading): Resources {
  reportUnknownKeys(raw, ENTRY, report, 'it has no effect', path);
  const result = schema.safeParse(raw);
  const disable = (below: string, templates: unknown, messages: readonly string[]): DisabledEntry => ({
    path: prefix + joinPath(path, below),
    kind: isObject(raw) && typeof raw.kind === 'string' ? knownKind(kinds.find(raw.kind)) : null,
    blueprints: literalBlueprints(templates),
    message: messages.join('; '),
  });
  if (!result.success) {
    const messages = reportIssues(result.error.issues, (below, what) => report(joinPath(path, below), what));
    return { entries: [], disabled: [disable('', mappingsOf(raw), messages)] };
  }
  const { kind, selector, port } = result.data;
  const { query, exportEnvVariables, ...rest } = selector;
  if (exportEnvVariables !== undefined) report(`${path}.selector.exportEnvVariables`, RAW_DATA_HINT, 'warning');
  const { templates, disabled } = readTemplates(port.entity.mappings, path, report, prefix, disable);
  const entry: ResourceEntry = {
    path: prefix + path,
    kind,
    selectorQuery: query,
    selector: rest,
    ...(port.itemsToParse == null || port.itemsToParse === ''
      ? {}
      : {
          itemsToParse: {
            expression: port.itemsToParse,
            name: port.itemsToParseName ?? 'item',
            topLevelTransform: port.itemsToParseTopLevelTransform ?? true,
          },
        }),
    templates,
  };
  return { entries: templates.length === 0 ? [] : [entry], disabled };
}

/** Also one that this installation cannot read. */
function knownKind(found: FoundKind): Kind | null {
  return ('kind' in found ? found.kind : found.off) ?? null;
}

function readTemplates(
  raw: unknown,
  path: string,
  report: ReportProblem,
  prefix: string,
  disable: (below: string, templates: unknown, messages: readonly string[]) => DisabledEntry,
): { readonly templates: readonly EntityTemplate[]; readonly disabled: readonly DisabledEntry[] } {
  const below = 'port.entity.mappings';
  if (Array.isArray(raw) && raw.length === 0) {
    report(joinPath(path, below), 'is empty');
    return { templates: [], disabled: [disable(below, raw, ['is empty'])] };
  }
  const templates: EntityTemplate[] = [];
  const disabled: DisabledEntry[] = [];
  const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  for (const [index, one] of list.entries()) {
    const name = Array.isArray(raw) ? `${below}[${index}]` : below;
    const where = joinPath(path, name);
    const template = readTemplate(one, prefix + where, (inner, what) => report(joinPath(where, inner), what));
    if ('identifier' in template) templates.push(template);
    else disabled.push(disable(name, one, template));
  }
  return { templates, disabled };
}

function mappingsOf(raw: unknown): unknown {
  const port = isObject(raw) ? raw.port : undefined;
  const entity = isObject(port) ? port.entity : undefined;
  return isObject(entity) ? entity.mappings : undefined;
}

/** The blueprints that templates name as constants; null if a template computes its blueprint. */
function literalBlueprints(templates: unknown): readonly string[] | null {
  const list: readonly unknown[] = Array.isArray(templates) ? templates : [templates];
  const names = list.map((one) =>
    isObject(one) && typeof one.blueprint === 'string' ? literalText(one.blueprint) : null,
  );
  const known = names.filter((name) => name !== null);
  return known.length === names.length && known.length > 0 ? [...new Set(known)] : null;
}
