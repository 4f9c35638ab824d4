import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Explanation, Recall } from '../../src/answers/explain/document.ts';
import { explain } from '../../src/answers/explain/explain.ts';
import type { Harness } from '../resync/harness.ts';

export const ALL_ADD_ONS = 'clusters,jobs,issues,deploys,monitors,cost';

/** Asks for one entity, as the command and the route do. */
export function ask(harness: Harness, blueprint: string, identifier: string, recall?: Recall): Promise<Explanation> {
  return explain(harness.parts(), { blueprint, identifier }, recall, new AbortController().signal);
}

interface Template {
  readonly identifier: string;
  readonly title?: string;
  readonly properties?: { readonly [id: string]: string };
}

interface Entry {
  readonly kind: string;
  readonly selector: { readonly query: string; readonly [key: string]: unknown };
  readonly port: { readonly entity: { readonly mappings: Template } };
}

/** What a test makes different in an entry. */
export interface EntryChange {
  readonly selector?: { readonly [key: string]: unknown };
  readonly template?: (before: Template) => Partial<Template>;
}

/** The first shipped entry of a kind, changed. */
export function shippedEntry(file: string, kind: string, { selector, template }: EntryChange = {}): Entry {
  const text = readFileSync(new URL(`../../mappings/${file}`, import.meta.url), 'utf8');
  const found: Entry | undefined = parse(text).resources.find((entry: Entry) => entry.kind === kind);
  if (found === undefined) throw new Error(`${file} has no entry of ${kind}`);
  const mappings = { ...found.port.entity.mappings, ...template?.(found.port.entity.mappings) };
  return { kind, selector: { ...found.selector, ...selector }, port: { entity: { mappings } } };
}

/** A mapping of these entries, as text. */
export function mappingOf(entries: readonly unknown[], flags: { readonly [name: string]: unknown } = {}): string {
  return JSON.stringify({
    deleteDependentEntities: false,
    createMissingRelatedEntities: false,
    enableMergeEntity: true,
    entityDeletionThreshold: 0.9,
    ...flags,
    resources: entries,
  });
}
