import { isObject } from '../core/schema/values.ts';

/** A path inside a document: keys and positions. */
export type Steps = readonly (string | number)[];

/** What other programs replace before a manifest is applied. The folder is read as it is. */
const MARKS: readonly { readonly mark: RegExp; readonly what: string }[] = [
  {
    mark: /\{\{.*?\}\}/,
    what: 'of a Helm template; render it first (helm template) and put the result into the folder',
  },
  {
    mark: /\$\{[^}]*\}/,
    what: 'as Flux and envsubst replace them; replace it before the file comes into the folder',
  },
  {
    mark: /\$\([A-Za-z_][\w.-]*\)/,
    what: 'of a Kustomize variable; build it first (kustomize build) and put the result into the folder',
  },
];

/** Says what a placeholder in a text is; undefined: it has none. */
export function describePlaceholder(text: string): string | undefined {
  for (const { mark, what } of MARKS) {
    const [found] = mark.exec(text) ?? [];
    if (found !== undefined) return `${found.slice(0, 60)} is a placeholder ${what}`;
  }
  return undefined;
}

/**
 * The first placeholder in a name or an annotation of a manifest. A property may have such texts for good reasons (an example
 * in a description); a name cannot.
 */
export function placeholderIn(manifest: {
  readonly [key: string]: unknown;
}): { readonly path: Steps; readonly message: string } | undefined {
  const { metadata = {}, spec = {} } = manifest;
  if (!isObject(metadata) || !isObject(spec)) return undefined;
  const { annotations = {} } = metadata;
  const { relations = {} } = spec;
  const texts: [Steps, unknown][] = [
    [['metadata', 'name'], metadata.name],
    [['metadata', 'namespace'], metadata.namespace],
    [['spec', 'blueprint'], spec.blueprint],
    [['spec', 'identifier'], spec.identifier],
    ...membersOf(annotations, ['metadata', 'annotations']).filter(([[, , key]]) =>
      String(key).startsWith('getport.io/'),
    ),
    ...membersOf(relations, ['spec', 'relations']),
  ];
  for (const [path, value] of texts) {
    for (const text of Array.isArray(value) ? value : [value]) {
      const message = typeof text === 'string' ? describePlaceholder(text) : undefined;
      if (message !== undefined) return { path, message: `${path.join('.')}: ${message}` };
    }
  }
  return undefined;
}

function membersOf(value: unknown, path: Steps): [Steps, unknown][] {
  return isObject(value) ? Object.entries(value).map(([key, member]) => [[...path, key], member]) : [];
}
