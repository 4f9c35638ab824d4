import type { JsonObject, Kind } from '../core/model.ts';
import type { KomodorKind } from './define-kind.ts';
import { komodorHealthMonitoring } from './kinds/risk.ts';
import { komodorService } from './kinds/service.ts';

const DEFINITIONS: readonly KomodorKind[] = [komodorService, komodorHealthMonitoring];

/** The names of all kinds of Komodor. */
export const KOMODOR_KINDS: readonly Kind[] = DEFINITIONS.map(({ name }) => name);

/** The definition of a kind. @throws Error for a name that the reader of the mapping should not have let pass */
export function definitionOf(kind: Kind): KomodorKind {
  const found = DEFINITIONS.find(({ name }) => name === kind);
  if (found === undefined) throw new Error(`there is no kind ${kind}`);
  return found;
}

/**
 * What is wrong with a selector: one message per problem, each beginning with its path. A key that we do not know is one:
 * left out, it would read the whole account.
 */
export function checkSelector(kind: Kind, selector: JsonObject): readonly string[] {
  return definitionOf(kind).checkSelector(selector);
}

/** One form for all selectors that ask for the same; see Source. */
export function normalSelector(kind: Kind, selector: JsonObject): JsonObject {
  return definitionOf(kind).normalSelector(selector);
}
