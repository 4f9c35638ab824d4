import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { serviceUid, type World, type WorldService } from '../../src/sandbox/world/model.ts';

/** Takes the first services out of the world, with the risks that are about them. */
export function removeServices({ services, risks }: World, count: number): readonly WorldService[] {
  const gone = services.splice(0, count);
  const uids = new Set(gone.map(serviceUid));
  risks.splice(0, risks.length, ...risks.filter(({ komodorUid }) => !uids.has(komodorUid)));
  return gone;
}

/** A world with nothing in it but these services: each a sound one with some of its fields changed. */
export function worldOf(...changes: readonly Partial<WorldService>[]): World {
  const world = createWorld({ seed: 3, services: changes.length, risksPerService: 0, clusters: 1 });
  const services = world.services.map((service, at) => ({ ...service, ...changes[at] }));
  return { ...world, services };
}

/** The first service, changed. */
export function changeFirst(world: World, change: Partial<WorldService>): WorldService {
  const [first] = world.services;
  if (first === undefined) throw new Error('The world has no services');
  const changed = { ...first, ...change };
  world.services[0] = changed;
  return changed;
}
