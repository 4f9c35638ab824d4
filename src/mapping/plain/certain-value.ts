import { isObject } from '../../core/schema/values.ts';
import { isCertainNumber } from './values.ts';

const MAX_DEPTH = 200;
const MAX_NODES = 10_000;
const MAX_CHARACTERS = 128 * 1024;

/**
 * Whether plain expressions may work on a value: what jq would read from its JSON text is the same value, and it is of a size
 * that takes no noticeable time.
 */
export function isCertainValue(value: unknown): boolean {
  return new Walk().accepts(value, 0);
}

class Walk {
  #nodes = 0;
  #characters = 0;

  accepts(value: unknown, depth: number): boolean {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) return false;
    if (typeof value === 'string') return this.#acceptsText(value);
    if (typeof value === 'number') return isCertainNumber(value);
    if (typeof value === 'boolean' || value === null) return true;
    if (typeof value !== 'object' || depth >= MAX_DEPTH) return false;
    if (Array.isArray(value)) {
      for (const member of value) if (!this.accepts(member, depth + 1)) return false;
      return true;
    }
    // By key, because entries would be a list for each of a million items' objects.
    return (
      isObject(value) &&
      Object.keys(value).every((key) => this.#acceptsText(key) && this.accepts(value[key], depth + 1))
    );
  }

  #acceptsText(text: string): boolean {
    this.#characters += text.length;
    return this.#characters <= MAX_CHARACTERS && text.isWellFormed() && !text.includes('\0');
  }
}
