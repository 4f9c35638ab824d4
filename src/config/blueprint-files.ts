import type { z } from 'zod';
import { extend } from './blueprint-extension.ts';
import {
  type BlueprintDefinition,
  type BlueprintExtension,
  blueprintSchema,
  extensionSchema,
} from './blueprint-schema.ts';
import { readComputed } from './computed-properties.ts';
import {
  type FileContent,
  type FileProblem,
  fileProblem,
  fillVariables,
  isAddOnActive,
  listFiles,
  mistypedAddOn,
  type Origin,
  readFile,
} from './documents.ts';
import type { AddOnOptions } from './mapping-files.ts';
import { type ReportProblem, reportIssues } from './mapping-template.ts';
import { isObject } from './mapping-values.ts';
import { BLUEPRINT, EXTENSION, reportUnknownKeys } from './unknown-keys.ts';

export interface LoadedBlueprints {
  /** In the order in which they can be created: the targets of relations first. */
  readonly blueprints: readonly BlueprintDefinition[];
  readonly problems: readonly FileProblem[];
  /** The file that declares a blueprint, or a path of it such as `relations.cluster`, which may come from an extension. */
  fileOf(identifier: string, path?: string): string | undefined;
  /** What stands in the folder and was not read. */
  readonly ignored: readonly string[];
}

interface FileDocument<T> {
  readonly file: string;
  readonly document: T;
  /** Whether an add-on brings it. */
  readonly ofAddOn: boolean;
}

/**
 * Reads a blueprint file, or all of a folder. A file holds a blueprint, a list of them, or an add-on's extension of
 * another one (`extends`). Whatever has `addOn: <name>` (or a list) counts only when that add-on is on (all of them are). Throws AppError
 * `blueprint_file_invalid` when there is no file to read; a bad blueprint is a problem and is left out.
 */
export function loadBlueprintFiles(path: string, options: AddOnOptions): LoadedBlueprints {
  const { files, ignored } = listFiles(path, 'blueprints', 'blueprint_file_invalid');
  return { ...joinFiles(files.map(readFile), options), ignored };
}

/** Reads blueprints that came as a value as if they were a file of this name. Never throws for a mistake in them. */
export function loadBlueprintDocuments(name: string, value: unknown, options: AddOnOptions): LoadedBlueprints {
  return { ...joinFiles([{ file: name, value, repeated: [] }], options), ignored: [] };
}

function joinFiles(contents: readonly FileContent[], options: AddOnOptions): Omit<LoadedBlueprints, 'ignored'> {
  const problems: FileProblem[] = [];
  const blueprints = new Map<string, BlueprintDefinition>();
  const extensions: FileDocument<BlueprintExtension>[] = [];
  const files = new Map<string, string>();
  const ofAddOns = new Set<string>();
  for (const content of contents) {
    for (const { file, document, ofAddOn } of readDocuments(content, options, problems)) {
      const isExtension = Object.hasOwn(document, 'extends');
      const origin = 'identifier' in document ? { file, document: String(document.identifier) } : { file };
      reportUnknownKeys(
        document,
        isExtension ? EXTENSION : BLUEPRINT,
        reportAt(origin, problems),
        isExtension ? 'it has no effect' : 'it goes to Port as it is',
      );
      if (isExtension) {
        const extension = check(extensionSchema, document, file, problems);
        if (extension === undefined) continue;
        const computed = readComputed(document, Object.keys(extension.properties ?? {}), reportAt({ file }, problems));
        extensions.push({ file, document: { ...extension, ...computed }, ofAddOn });
        continue;
      }
      const read = check(blueprintSchema, document, file, problems);
      if (read === undefined) continue;
      const computed = readComputed(document, Object.keys(read.schema.properties), reportAt(origin, problems));
      const blueprint = { ...read, ...computed };
      const { identifier } = blueprint;
      if (ofAddOn && ofAddOns.has(identifier)) {
        extensions.push({ file, document: asExtension(blueprint), ofAddOn });
      } else if (blueprints.has(identifier)) {
        problems.push(fileProblem({ file, document: identifier }, '', 'is defined twice; the first one is used'));
      } else {
        blueprints.set(identifier, blueprint);
        files.set(identifier, file);
        if (ofAddOn) ofAddOns.add(identifier);
      }
    }
  }
  const declared = new Map<string, string>();
  for (const { file, document } of extensions) {
    for (const id of Object.keys(document.relations ?? {})) declared.set(`${document.extends} relations.${id}`, file);
    const base = blueprints.get(document.extends);
    if (base === undefined) problems.push(fileProblem(file, 'extends', `there is no blueprint ${document.extends}`));
    else blueprints.set(document.extends, extend(base, document, reportAt({ file }, problems)));
  }
  return {
    blueprints: sortTargetsFirst([...blueprints.values()]),
    problems,
    fileOf: (identifier, path = '') => declared.get(`${identifier} ${path}`) ?? files.get(identifier),
  };
}

/** A blueprint that two add-ons make has what both of them give it. */
function asExtension({ identifier, schema, ...rest }: BlueprintDefinition): BlueprintExtension {
  return { ...rest, extends: identifier, properties: schema.properties };
}

function reportAt(origin: Origin, problems: FileProblem[]): ReportProblem {
  return (below, what, severity) => problems.push(fileProblem(origin, below, what, severity));
}

function readDocuments(content: FileContent, options: AddOnOptions, problems: FileProblem[]): FileDocument<object>[] {
  const { file } = content;
  if ('problem' in content) {
    problems.push(content.problem);
    return [];
  }
  problems.push(...content.repeated);
  const list: readonly unknown[] = Array.isArray(content.value) ? content.value : [content.value];
  return list.flatMap((raw, index): FileDocument<object>[] => {
    if (!isObject(raw)) {
      problems.push(fileProblem(file, Array.isArray(content.value) ? `[${index}]` : '', 'must be a blueprint object'));
      return [];
    }
    const mistyped = mistypedAddOn(file, raw);
    if (mistyped !== undefined) {
      problems.push(mistyped);
      return [];
    }
    const { addOn, ...document } = raw;
    if (addOn === undefined) return [{ file, document, ofAddOn: false }];
    if (!isAddOnActive(addOn, options.addOns)) return [];
    const filled = fillVariables(document, options.variables, (name) =>
      problems.push(fileProblem(file, '', `{{${name}}} has no value`)),
    );
    return isObject(filled) ? [{ file, document: filled, ofAddOn: true }] : [];
  });
}

function check<S extends z.ZodType>(
  schema: S,
  document: object,
  file: string,
  problems: FileProblem[],
): z.output<S> | undefined {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const name = 'identifier' in document && typeof document.identifier === 'string' ? document.identifier : '';
  reportIssues(result.error.issues, (path, what) =>
    problems.push(fileProblem(name === '' ? file : { file, document: name }, path, what)),
  );
  return undefined;
}

/** Depth first; a circle of relations is entered at its first member and left as it is. */
function sortTargetsFirst(blueprints: readonly BlueprintDefinition[]): readonly BlueprintDefinition[] {
  const byName = new Map(blueprints.map((blueprint) => [blueprint.identifier, blueprint]));
  const seen = new Set<string>();
  const visit = (blueprint: BlueprintDefinition): readonly BlueprintDefinition[] => {
    if (seen.has(blueprint.identifier)) return [];
    seen.add(blueprint.identifier);
    const targets = Object.values(blueprint.relations ?? {}).map((relation) => byName.get(relation.target));
    return [...targets.flatMap((target) => (target === undefined ? [] : visit(target))), blueprint];
  };
  return blueprints.flatMap(visit);
}
