import { fingerprint } from '../core/canonical.ts';
import { FingerprintBag } from '../core/fingerprint-bag.ts';
import type { Completeness, RawItem } from '../core/model.ts';
import type { SourcePage } from '../core/source.ts';
import { isObject, textIn } from './object.ts';
import type { Resource } from './resource.ts';
import { itemOf, placeOf } from './resource-kind.ts';

/** What is asked in one list. */
export interface ListQuestion {
  readonly resource: Resource;
  /** Undefined: all namespaces, or the resource lies in none. */
  readonly namespace?: string | undefined;
  readonly labelSelector: string | null;
  readonly fieldSelector: string | null;
  /** For messages: `deployments in namespace payments`. */
  readonly what: string;
}

/** How an attempt to read a list ended. */
export type Ending =
  | { readonly type: 'ended'; readonly completeness: Completeness }
  /** The server has forgotten the version that was being read (410). */
  | { readonly type: 'expired' }
  /** There is no streaming list of this kind, for want of the right to watch, or the server has none, or broke it off. */
  | { readonly type: 'no_stream'; readonly of: 'kind' | 'server' };

/** An attempt to read a list. Pages hold only what earlier attempts did not give. */
export type Attempt = AsyncGenerator<SourcePage, Ending>;

export function ended(completeness: Completeness): Ending {
  return { type: 'ended', completeness };
}

/** The members of a page, judged. */
export interface TakenPage {
  readonly page: SourcePage;
  /** A member that was there before in this attempt. */
  readonly repeated: RawItem | undefined;
  /** A member of another kind or namespace than was asked for. Those are not passed on. */
  readonly foreign: RawItem | undefined;
}

/** What a list has given so far, over all attempts. Only fingerprints are kept, so that memory stays flat. */
export class ObjectRecord {
  readonly #question: ListQuestion;
  /** Objects by uid and resourceVersion. */
  readonly #given = new FingerprintBag();
  #seen = new FingerprintBag();

  constructor(question: ListQuestion) {
    this.#question = question;
  }

  /** A new attempt begins. */
  begin(): void {
    this.#seen = new FingerprintBag();
  }

  take(objects: readonly unknown[], bytes: number): TakenPage {
    const items: RawItem[] = [];
    let malformed = 0;
    let repeated: RawItem | undefined;
    let foreign: RawItem | undefined;
    for (const object of objects) {
      const item = itemOf(this.#question.resource, object);
      // What has no name is no object of the cluster, whatever it is.
      if (item === undefined || placeOf(item).name === undefined) malformed += 1;
      else if (!this.#isAskedFor(item)) foreign ??= item;
      else if (this.#seen.add(fingerprint(item.key)) > 0) repeated ??= item;
      else if (!this.#wasGiven(item)) items.push(item);
    }
    return { page: { items, malformed, bytes }, repeated, foreign };
  }

  #isAskedFor(item: RawItem): boolean {
    const { resource, namespace } = this.#question;
    if (item.value.kind !== resource.kind) return false;
    return namespace === undefined || placeOf(item).namespace === namespace;
  }

  #wasGiven({ key, value: { metadata } }: RawItem): boolean {
    if (!isObject(metadata)) return false;
    const version = textIn(metadata, 'resourceVersion');
    return version !== undefined && this.#given.add(fingerprint([key, textIn(metadata, 'uid'), version])) > 0;
  }
}
