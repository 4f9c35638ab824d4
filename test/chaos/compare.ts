import { isDeepStrictEqual } from 'node:util';
import type { Entity } from '../../src/sandbox/port/model.ts';
import type { PortStore } from '../../src/sandbox/port/store.ts';
import { type Expected, keyOf } from './expected.ts';
import type { Variant } from './variant.ts';

/** How an entity in Port differs from what it has to be; undefined when it does not. */
export function difference(store: PortStore, expected: Expected): string | undefined {
  const { kind, identifier, title, properties, target } = expected;
  const name = keyOf(kind, identifier);
  const stored = store.entity(kind, identifier);
  if (stored === undefined) return `${name} is not in Port`;
  if (stored.title !== title) return `${name} has the title ${stored.title}, not ${title}`;
  for (const [id, wanted] of Object.entries(properties)) {
    const held = stored.properties[id] ?? null;
    if (!isDeepStrictEqual(held, wanted)) return `${name}.${id} is ${show(held)}, not ${show(wanted)}`;
  }
  if (target === undefined) return undefined;
  const led = stored.relations.service ?? null;
  const wanted = target !== null && store.entity('komodorService', target) !== undefined ? target : null;
  return led === wanted ? undefined : `${name} leads to ${show(led)}, not ${show(wanted)}`;
}

/** What the mapping has nothing to say about, as one value. */
export function unmapped({ blueprint, icon, team, title, properties, relations }: Entity, variant: Variant): unknown {
  const entry =
    blueprint === 'komodorService' || blueprint === 'komodorHealthMonitoring' ? variant.entries[blueprint] : null;
  const own = entry === null ? [] : entry.properties;
  return {
    icon,
    team,
    ...(entry === null && { title }),
    properties: Object.fromEntries(Object.entries(properties).filter(([id]) => !own.includes(id))),
    relations: entry?.relation === true ? {} : relations,
  };
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
}
