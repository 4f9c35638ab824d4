import { fingerprint } from '../core/canonical.ts';
import { FingerprintBag } from '../core/fingerprint-bag.ts';
import type { Completeness, IncompleteReason } from '../core/model.ts';
import type { PageSize } from '../net/page-size.ts';
import type { KubernetesApi } from './api.ts';
import { isObject } from './object.ts';
import { type Attempt, ended, type ListQuestion, type ObjectRecord } from './object-record.ts';
import { isExpired } from './refusals.ts';

export interface PagedReading {
  readonly api: Pick<KubernetesApi, 'get'>;
  readonly size: PageSize;
  readonly maxPages: number;
  /** Whether the server ever answered. */
  readonly hostAnswered: () => boolean;
  readonly signal: AbortSignal;
}

/** A page of a list. */
interface ListPage {
  readonly objects: readonly unknown[];
  /** The version of the whole list; empty when the server gives none. */
  readonly version: string;
  /** Where the next page begins; empty after the last one. */
  readonly next: string;
  readonly remaining: number | undefined;
  /** How many objects were asked for. */
  readonly limit: number;
  readonly bytes: number;
}

/**
 * Reads a list page by page (`limit`, `continue`), straight from the storage of the server. Complete when all pages have
 * one resourceVersion, no object is there twice, the counts that the server gives agree, and the last page says that it is.
 * Throws HttpFailure.
 */
export async function* readPages(reading: PagedReading, question: ListQuestion, record: ObjectRecord): Attempt {
  const proof = new PageProof(question.what, reading.maxPages);
  let next = '';
  for (;;) {
    let answer: ListPage | { readonly problem: string };
    try {
      answer = await askForPage(reading, question, next);
    } catch (error) {
      if (isExpired(error)) return { type: 'expired' };
      throw error;
    }
    if ('problem' in answer) return ended(proof.malformed(answer.problem));
    const { page, repeated, foreign } = record.take(answer.objects, answer.bytes);
    yield page;
    if (foreign) return ended(proof.incomplete('not_advancing', `holds ${foreign.label}, which nobody asked for`));
    if (repeated) return ended(proof.incomplete('not_advancing', `repeats ${repeated.label}`));
    const completeness = proof.after(answer);
    if (completeness) return ended(completeness);
    next = answer.next;
  }
}

async function askForPage({ api, size, signal, hostAnswered }: PagedReading, question: ListQuestion, next: string) {
  const { resource, namespace, labelSelector, fieldSelector } = question;
  return size.ask({
    hostAnswered,
    async ask(limit, attempts) {
      const query = {
        limit,
        ...(next !== '' && { continue: next }),
        ...(labelSelector !== null && { labelSelector }),
        ...(fieldSelector !== null && { fieldSelector }),
      };
      const { body, bytes } = await api.get(
        resource.path(namespace),
        query,
        signal,
        attempts === undefined ? {} : { attempts },
      );
      const value = pageIn(body, limit, bytes);
      return { value, rows: 'problem' in value ? 0 : value.objects.length, bytes };
    },
  });
}

function pageIn(body: unknown, limit: number, bytes: number): ListPage | { readonly problem: string } {
  if (!isObject(body)) return { problem: 'is no JSON object' };
  const { items, metadata } = body;
  // Go writes a list without members as null.
  const objects: unknown = items === null ? [] : items;
  if (!Array.isArray(objects)) return { problem: 'holds no list' };
  if (!isObject(metadata)) return { problem: 'has no metadata' };
  const { resourceVersion: version = '', continue: next, remainingItemCount: remaining } = metadata;
  const token = next ?? '';
  if (typeof version !== 'string' || typeof token !== 'string')
    return { problem: 'has a resourceVersion or a continue that is no text' };
  return {
    ...{ objects, version, next: token, limit, bytes },
    remaining: typeof remaining === 'number' ? remaining : undefined,
  };
}

/** Whether the pages so far can be all of one list. */
class PageProof {
  readonly #what: string;
  readonly #maxPages: number;
  readonly #tokens = new FingerprintBag();
  #pages = 0;
  #objects = 0;
  #version: string | undefined;
  #total: number | undefined;
  #objection: Completeness | undefined;

  constructor(what: string, maxPages: number) {
    this.#what = what;
    this.#maxPages = maxPages;
  }

  /** @returns how it ended, with this page; undefined: another one follows */
  after(page: ListPage): Completeness | undefined {
    const { next, version, limit, objects } = page;
    this.#pages += 1;
    this.#objects += objects.length;
    const before = this.#version;
    this.#version = version;
    if (before !== undefined && before !== version) {
      const detail = `the list changed while it was read: resourceVersion ${before}, then ${version || 'none'}`;
      this.#objection ??= this.#about('changed_while_reading', detail);
    }
    this.#count(page);
    if (next === '') {
      const isUnproven = version === '' && objects.length === limit;
      if (isUnproven) this.#objection ??= this.#about('full_page_without_cursor', 'the last page is full to the limit');
      return this.#objection ?? { complete: true };
    }
    if (this.#tokens.add(fingerprint(next)) > 0) return this.#about('repeated_cursor', 'continue was given before');
    if (this.#pages >= this.#maxPages)
      return this.#about('too_many_pages', `it did not end within ${this.#maxPages} pages`);
    return undefined;
  }

  #count({ next, remaining }: ListPage): void {
    // With a selector the server does not know how many are left.
    if (next !== '' && remaining === undefined) return;
    const total = this.#objects + (remaining ?? 0);
    this.#total ??= total;
    if (total === this.#total && (next !== '' || (remaining ?? 0) === 0)) return;
    const detail = `the server counts ${Math.max(total, this.#total)} objects, ${this.#objects} came`;
    this.#objection ??= this.#about('totals_disagree', detail);
  }

  malformed(problem: string): Completeness {
    this.#pages += 1;
    return this.#about('malformed_page', problem);
  }

  incomplete(reason: IncompleteReason, detail: string): Completeness {
    this.#pages += 1;
    return this.#about(reason, detail);
  }

  #about(reason: IncompleteReason, detail: string): Completeness {
    return { complete: false, reason, detail: `page ${this.#pages} of ${this.#what}: ${detail}` };
  }
}
