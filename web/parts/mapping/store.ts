import { computed, effect, signal } from '@preact/signals';
import { get } from '../../api/client.ts';
import type { MappingDocument } from '../../api/documents.ts';
import { type Draft, keepDraft, readDraft } from './draft.ts';

const NOTHING: Draft = { mapping: '', base: '', item: '', itemKind: '', tests: '' };

/** The mapping in use; undefined: not loaded yet. */
export const inUse = signal<MappingDocument | undefined>(undefined);

/** What the person edits. It outlives the view, and a reload of the page. */
export const draft = signal<Draft>(readDraft(sessionStorage) ?? NOTHING);

export const mappingText = computed(() => draft.value.mapping);
export const itemText = computed(() => draft.value.item);
export const testsText = computed(() => draft.value.tests);

/** Whether the draft is kept; when not, a reload loses it. */
export const isKept = signal(true);

export const isEdited = computed(() => inUse.value !== undefined && draft.value.mapping !== inUse.value.mapping);

/** Somebody has changed the mapping in use since the editing began. */
export const hasMoved = computed(
  () => isEdited.value && draft.value.base !== '' && draft.value.base !== inUse.value?.digest,
);

export function change(changes: Partial<Draft>): void {
  draft.value = { ...draft.value, ...changes };
}

/** The digest that was written to Port from here last. */
export const written = signal<string | undefined>(undefined);
let isWritten = false;

/** The text was written to Port: the next one that is loaded takes its place. */
export function wasWritten(digest: string): void {
  isWritten = true;
  written.value = digest;
  change({ plan: undefined });
}

/** Loads the mapping in use. A text that nobody has edited follows it. */
export async function loadInUse(signal: AbortSignal): Promise<MappingDocument> {
  const before = inUse.peek();
  const found = await get<MappingDocument>('v1/mapping', { signal });
  const { mapping, base } = draft.peek();
  const isUntouched = isWritten || mapping === '' || mapping === before?.mapping || mapping === found.mapping;
  isWritten = false;
  inUse.value = found;
  if (isUntouched) change({ mapping: found.mapping, base: found.digest });
  else if (base === '') change({ base: found.digest });
  return found;
}

/** Takes the mapping in use again. */
export function takeInUse(): void {
  const { value } = inUse;
  if (value !== undefined) change({ mapping: value.mapping, base: value.digest, plan: undefined });
}

const KEEP_AFTER_MS = 300;
let timer: ReturnType<typeof setTimeout> | undefined;

function keep(): void {
  clearTimeout(timer);
  isKept.value = keepDraft(sessionStorage, draft.peek());
}

effect(() => {
  draft.value;
  clearTimeout(timer);
  timer = setTimeout(keep, KEEP_AFTER_MS);
});
addEventListener('pagehide', keep);

// Closing the tab loses what is edited; the browser asks.
addEventListener('beforeunload', (event) => {
  if (isEdited.peek()) event.preventDefault();
});
