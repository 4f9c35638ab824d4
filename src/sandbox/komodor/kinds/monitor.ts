import type { World } from '../../world/model.ts';
import { changeMonitors, monitorsOf, type WorldMonitor } from '../../world/monitors.ts';
import { errorAnswer } from '../answers.ts';
import type { ListPosition } from '../list-faults.ts';
import { onlyPage } from '../pages.ts';
import type { StandIn } from '../stand-in.ts';

/** Where a monitor looks: no place, when it looks at several. */
function placeOf({ sensors: [first, ...others] }: WorldMonitor): ListPosition {
  if (first === undefined || others.length > 0) return { cluster: '', namespace: '' };
  const [namespace = '', ...further] = first.namespaces ?? [];
  return { cluster: first.cluster, namespace: further.length > 0 ? '' : namespace };
}

/** One by its id: as it is, without a list around it. */
function single(world: World, id: string) {
  const found = monitorsOf(world).find((monitor) => monitor.id === id);
  return found === undefined ? errorAnswer(404, `not found: monitor ${id}`) : { status: 200, body: found };
}

/** `GET realtime-monitors/config`: all in one answer. */
export const standIn: StandIn = {
  kind: 'komodorMonitor',
  listing: {
    method: 'GET',
    path: 'realtime-monitors/config',
    name: 'monitors',
    about: 'list of real-time monitors',
    pageOf: () => 1,
    open:
      ({ world }) =>
      (_request, ask) => {
        const { list, meta } = onlyPage({ rows: monitorsOf(world), placeOf, ask });
        return { status: 200, body: { data: { monitors: list }, ...(meta && { meta }) } };
      },
  },
  others: [
    {
      method: 'GET',
      path: 'realtime-monitors/config/{id}',
      name: 'monitor',
      about: 'a single monitor',
      open:
        ({ world }) =>
        ({ segments }) =>
          single(world, segments.at(-1) ?? ''),
    },
  ],
  rows: (world) => monitorsOf(world).map((monitor) => ({ identity: monitor.id, value: monitor })),
  change: changeMonitors,
};
