import type { Entity } from './model.ts';

/** The texts of entities that are not sent yet. */
const texts = new WeakMap<Entity, string>();

/** An entity as JSON text. It is kept, because packing needs its size and sending needs the text. */
export function entityJson(entity: Entity): string {
  const known = texts.get(entity);
  if (known !== undefined) return known;
  const text = JSON.stringify(entity);
  texts.set(entity, text);
  return text;
}
