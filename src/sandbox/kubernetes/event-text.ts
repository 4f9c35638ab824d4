import type { KubernetesObject } from './model.ts';
import type { Refusal } from './refusals.ts';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** As many as several watchers share while they tell of the same changes. */
const REMEMBERED = 500;
const texts = new Map<KubernetesObject, string>();

/** One line of a watch. Several watchers tell of the same object, which becomes text but once. */
export function eventLine(type: EventType, object: KubernetesObject): string {
  return `{"type":"${type}","object":${textOf(object)}}\n`;
}

/** The line with which a watch ends that cannot go on. */
export function errorLine(problem: Refusal): string {
  return `${JSON.stringify({ type: 'ERROR', object: problem.status() })}\n`;
}

function textOf(object: KubernetesObject): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  texts.set(object, text);
  const [first] = texts.keys();
  if (texts.size > REMEMBERED && first !== undefined) texts.delete(first);
  return text;
}
