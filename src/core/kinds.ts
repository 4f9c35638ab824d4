import type { Kind, RawItem } from './model.ts';
import { didYouMean } from './nearest.ts';
import type { KindBook, Place } from './source.ts';

/** What is known of a kind without its system. */
export interface KindInfo {
  readonly name: Kind;
  /** The keys that lead to the list of items in an answer of its system. */
  readonly rows: readonly string[];
  /** The add-on with a default mapping. */
  readonly addOn?: string | undefined;
  /** Paths of the fields that an item may lack. `lint` tries expressions without each of them. */
  readonly mayLack: readonly string[];
  /** Selector keys that leave something out even where the selector does not have them: `days`. */
  readonly limitedByDefault?: readonly string[];
  /** Whether the whole kind can be read in another way than by the same question. */
  readonly hasOtherCut: boolean;
  /** Turns a row into an item; undefined when the row is no object. */
  toItem(row: unknown, asked?: Place): RawItem | undefined;
}

/** The kind that somebody means by a name. Or why there is none, for after the name: `must be one of …`. */
export type FoundKind =
  | { readonly kind: Kind }
  /** `off`: the kind is known, but this installation cannot read it. */
  | { readonly problem: string; readonly off?: Kind };

/** The kinds that a mapping may name. */
export interface KindNames {
  /** The kinds that can be listed, for messages. */
  readonly known: readonly Kind[];
  /** The form of names that may be found besides those. */
  readonly form?: RegExp;
  find(name: string): FoundKind;
}

/** The kinds, as far as they are known without their systems. */
export interface KnownKinds extends KindNames {
  /** The kinds that can be listed. */
  readonly infos: readonly KindInfo[];
  /** What is known of a kind. @param kind a kind as `find` gives it */
  info(kind: Kind): KindInfo | undefined;
  /** The kind that a document names itself; undefined when it names none, or several. */
  namedBy(document: unknown): Kind | undefined;
}

/** What is known of all kinds, and the kinds themselves. */
export type Kinds = KnownKinds & KindBook;

/**
 * Names of which each is spelled in one way.
 * @param others what may be named besides them, for messages
 */
export function kindNames(known: readonly Kind[], others = ''): KindNames {
  return {
    known,
    find(name) {
      if (known.includes(name)) return { kind: name };
      const meant = didYouMean(name, known);
      const besides = meant === '' && others !== '' ? `, or ${others}` : '';
      return { problem: `must be one of ${known.join(', ')}${besides}, not ${name}${meant}` };
    },
  };
}
