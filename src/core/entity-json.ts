import type { Entity } from './model.ts';

/** Texts that are still to be sent. */
const texts = new WeakMap<Entity, string>();

/** An entity as JSON text. Its size is asked when it is packed and its text when it is sent: it is written down once. */
export function entityJson(entity: Entity): string {
  const known = texts.get(entity);
  if (known !== undefined) return known;
  const text = JSON.stringify(entity);
  texts.set(entity, text);
  return text;
}
