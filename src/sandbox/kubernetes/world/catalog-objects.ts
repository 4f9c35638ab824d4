import type { WorldService } from '../../world/model.ts';
import type { KubernetesObject } from '../model.ts';
import { ago, type Setting, uidFor } from './setting.ts';

/** One service in so many has an entity beside it. */
const ONE_IN = 10;

/** Entities of Port's catalog as teams put them beside their services, and one for each namespace. */
export function* catalogObjects(setting: Setting, services: readonly WorldService[]): Generator<KubernetesObject> {
  for (const { namespace, service } of services.filter((_, at) => at % ONE_IN === 0)) {
    yield {
      apiVersion: 'getport.io/v1',
      kind: 'Entity',
      metadata: {
        name: service,
        namespace,
        uid: uidFor(setting, 'Entity', namespace, service),
        generation: 1,
        creationTimestamp: ago(setting, 30 * 86_400),
        annotations: { 'getport.io/title': titleOf(service), 'getport.io/team': `team-${namespace}` },
      },
      spec: {
        blueprint: 'service',
        identifier: `${namespace}-${service}`,
        properties: { repository: `https://git.acme.example/${namespace}/${service}`, tier: 'gold' },
        relations: {},
      },
    };
  }
  for (const namespace of new Set(services.map((service) => service.namespace))) {
    yield {
      apiVersion: 'getport.io/v1',
      kind: 'ClusterEntity',
      metadata: {
        name: namespace,
        uid: uidFor(setting, 'ClusterEntity', namespace),
        generation: 1,
        creationTimestamp: ago(setting, 30 * 86_400),
        annotations: { 'getport.io/title': titleOf(namespace) },
      },
      spec: { blueprint: 'domain', identifier: namespace, properties: {}, relations: {} },
    };
  }
}

function titleOf(name: string): string {
  return name.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase());
}
