import type { Verdict } from './explain/document.ts';

/** Something that matches a search for names. */
export interface FoundName {
  /** null: the mapping made no entity of the item, so that only the item has a name. */
  readonly blueprint: string | null;
  readonly identifier: string;
  readonly title: string | null;
  readonly inPort: boolean;
  /** What is the matter with it, where that is known without asking further. */
  readonly verdict: Verdict | null;
  readonly detail: string | null;
  /** Where it is explained. */
  readonly href: string | null;
}

export interface FoundNames {
  readonly q: string;
  readonly entities: readonly FoundName[];
  /** Whether there may be more than `entities` has. */
  readonly more: boolean;
  /** What could not be asked, in sentences. */
  readonly unknown: readonly string[];
}

/** Where an entity is explained. */
export function hrefOf(blueprint: string, identifier: string): string {
  return `/v1/entities/${encodeURIComponent(blueprint)}/${encodeURIComponent(identifier)}`;
}
