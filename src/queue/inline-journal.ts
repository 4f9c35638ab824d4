import type { Journal } from '../core/journal.ts';
import { type JournalOptions, KeptJournal } from './journal/kept-journal.ts';
import { MemoryStore } from './journal/memory-store.ts';

/** How large the journal of a process becomes at most. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A journal in this process. It is lost when the process ends. */
export function createInlineJournal(options: JournalOptions): Journal {
  return new KeptJournal(new MemoryStore(), { bytes: MAX_BYTES, ...options });
}
