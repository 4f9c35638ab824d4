import { createRandom } from '../../random.ts';
import { timestamp } from '../store.ts';

/** What all objects of a cluster have to do with. */
export interface Setting {
  readonly seed: number;
  readonly cluster: string;
  /** In seconds since 1970. */
  readonly now: number;
  /** How many nodes there are. */
  readonly nodes: number;
}

/** So many seconds before now, as the API writes it. */
export function ago({ now }: Setting, seconds: number): string {
  return timestamp(new Date((now - seconds) * 1000));
}

/** The uid of what has none of the world's. */
export function uidFor({ seed, cluster }: Setting, ...name: readonly (string | number)[]): string {
  return createRandom(seed, cluster, 'uid', ...name).uuid();
}

/** Letters and digits as the controllers put them behind names. */
export function nameSuffix(seed: readonly (string | number)[], length: number): string {
  const random = createRandom(...seed);
  return Array.from({ length }, () => random.pick(LETTERS)).join('');
}

const LETTERS = [...'bcdfghjklmnpqrstvwxz2456789'];
