import { isDeepStrictEqual } from 'node:util';
import type { BlueprintDefinition, BlueprintExtension } from './blueprint-schema.ts';
import { SECTION_NAMES } from './computed-properties.ts';
import { joinPath, type ReportProblem } from './mapping-template.ts';

type List = { readonly [id: string]: unknown };

/**
 * A blueprint with what an extension adds to it. What is there already stays: the same once more is nothing, another
 * definition of the same name is reported and left out.
 */
export function extend(
  base: BlueprintDefinition,
  extension: BlueprintExtension,
  report: ReportProblem,
): BlueprintDefinition {
  const taken = new Set([
    ...Object.keys(base.schema.properties),
    ...SECTION_NAMES.flatMap((section) => Object.keys(base[section] ?? {})),
  ]);
  /** @param others names of other lists that may not come again in this one */
  function mergeLists<T>(
    path: string,
    theirs: { readonly [id: string]: T },
    ours: typeof theirs = {},
    others?: Set<string>,
  ) {
    const added = Object.entries(ours).filter(([id, definition]) => {
      if (isSame(theirs, id, definition)) return false;
      const isTaken = Object.hasOwn(theirs, id) || others?.has(id);
      if (isTaken) report(joinPath(path, id), `${extension.extends} has ${id} already; that one is used`);
      else others?.add(id);
      return !isTaken;
    });
    return { ...theirs, ...Object.fromEntries(added) };
  }
  const properties = mergeLists('properties', base.schema.properties, extension.properties, taken);
  const computed = SECTION_NAMES.map((section) => {
    const list = mergeLists<unknown>(section, base[section] ?? {}, extension[section], taken);
    return Object.keys(list).length === 0 ? {} : { [section]: list };
  });
  return Object.assign(
    {
      ...base,
      schema: { ...base.schema, properties },
      relations: mergeLists('relations', base.relations ?? {}, extension.relations),
    },
    ...computed,
  );
}

function isSame(list: List, id: string, definition: unknown): boolean {
  return Object.hasOwn(list, id) && isDeepStrictEqual(list[id], definition);
}
