import { z } from 'zod';
import { withMember } from '../../core/exact-json.ts';
import { defineKind } from '../define-kind.ts';
import { type ItemSpec, textOf } from '../item.ts';
import { readOnce } from '../paging.ts';
import { PROBE } from '../probe.ts';
import { type Question, under } from '../question.ts';
import { withoutSinkSecrets } from '../sinks.ts';

const MONITOR = {
  identity: ['id'],
  withoutSecrets: (row) => ('sinks' in row ? withMember(row, 'sinks', withoutSinkSecrets(row.sinks)) : row),
} satisfies ItemSpec;
const ROWS = ['data', 'monitors'];
const ID = '5eed0000-7a7a-4b4b-8c8c-9d9d0e0e1f2f';

const ALL: Question = {
  what: 'monitors',
  method: 'GET',
  path: '/realtime-monitors/config',
  rows: under(...ROWS),
  mayBeEmpty: true,
};

/** One by its id. Komodor answers 404 for one that it does not have. */
function single(id: string): Question {
  return {
    what: `monitor ${id}`,
    method: 'GET',
    path: `${ALL.path}/${encodeURIComponent(id)}`,
    rows: (answer) => [under('data', 'monitor')(answer) ?? under('data')(answer) ?? answer],
    inScope: (item) => textOf(item, 'id') === id,
    mayBeMissing: true,
  };
}

/** The rules by which Komodor tells people that something is wrong. */
export const komodorMonitor = defineKind({
  ...MONITOR,
  name: 'komodorMonitor',
  doc: {
    title: 'Monitors: what Komodor watches for, and whom it tells',
    endpoint: 'GET realtime-monitors/config',
    selector: {},
    blueprint: '`komodorMonitor`, identifier: the id of the monitor',
    addOn: 'monitors',
    identity: 'the id of the monitor',
    absence: 'gone: deleted once it is confirmed',
    completeness:
      'one answer, which speaks of no further page; an absence is confirmed by asking for the monitor by its id, which has to be answered with 404',
    mayLack: ['name', 'active', 'variables', 'sinks', 'sinksOptions', 'isDeleted', 'createdFrom'],
  },
  pageSize: 100,
  rows: ROWS,
  selector: z.object({}),
  probe: {
    row: {
      id: ID,
      name: 'probe-monitor-q7x',
      type: 'availability',
      active: true,
      sensors: [{ cluster: PROBE.cluster, namespaces: [PROBE.namespace] }],
      variables: { duration: 30, categories: ['probe-category-q7x'] },
      sinks: { slack: ['probe-channel-q7x'] },
      sinksOptions: { notifyOn: ['probe-word-q7x'] },
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
      isDeleted: false,
      createdFrom: 'terraform',
    },
    place: { id: ID },
  },
  scopeParts: ['id'],
  read: (reading) => readOnce(reading, MONITOR, ALL),
  readScope: (reading, _selector, { id = '' }) => readOnce(reading, MONITOR, single(id)),
});
