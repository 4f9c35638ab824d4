import { describe, expect, it } from 'vitest';
import type { EntityDone, ItemProblem } from '../../src/core/ports.ts';
import { conditionsIn, statusAfter } from '../../src/kubernetes/write-back/condition.ts';
import { eventOf, namespaceOfEvents } from '../../src/kubernetes/write-back/event.ts';
import { type ObjectVerdict, verdictOf } from '../../src/kubernetes/write-back/verdict.ts';

const NOW = new Date('2026-03-04T05:06:07.890Z');

function done(outcome: EntityDone['outcome'], message?: string): EntityDone {
  const entity = { kind: 'getport.io/v1/entities', label: 'Entity a/b', blueprint: 'service', identifier: 'svc-a' };
  return { ...entity, outcome, ...(message === undefined ? {} : { message }) };
}

function problem(code: ItemProblem['code'], message = `because of ${code}`): ItemProblem {
  return { kind: 'getport.io/v1/entities', label: 'Entity a/b', code, message };
}

describe('the verdict about an object', () => {
  it.each<[string, readonly EntityDone[], readonly ItemProblem[], ObjectVerdict['reason'], RegExp]>([
    ['is in Port, as it was', [done('unchanged')], [], 'Synced', /^service\/svc-a is in Port\.$/],
    ['was created', [done('created')], [], 'Synced', /is in Port/],
    [
      'is refused by Port',
      [done('failed', 'invalid_request: no')],
      [problem('upsert_failed')],
      'Refused',
      /invalid_request: no/,
    ],
    [
      'names a blueprint that Port lacks',
      [],
      [problem('blueprint_missing')],
      'Refused',
      /because of blueprint_missing/,
    ],
    ['has no identifier', [], [problem('item_rejected')], 'Refused', /item_rejected/],
    ['is told twice by another object', [], [problem('identifier_collision')], 'HeldBack', /identifier_collision/],
    [
      'has a value that does not fit',
      [done('updated')],
      [problem('value_refused')],
      'SyncedInPart',
      /in Port\. Left out: because/,
    ],
    [
      'has a relation without target',
      [done('created')],
      [problem('relation_target_missing')],
      'SyncedInPart',
      /Left out/,
    ],
    ['is selected by no entry', [], [], 'NotMapped', /No entry of the mapping/],
    [
      'gave two entities, one of them refused',
      [done('created'), done('failed', 'x')],
      [],
      'Refused',
      /service\/svc-a: x/,
    ],
  ])('that %s', (_, outcomes, problems, reason, message) => {
    const verdict = verdictOf(outcomes, problems);
    expect(verdict.reason).toBe(reason);
    expect(verdict.message).toMatch(message);
  });

  it('says the same problem once', () => {
    const verdict = verdictOf([done('created')], [problem('value_refused'), problem('value_refused')]);
    expect(verdict.message.match(/because of/g)).toHaveLength(1);
  });
});

describe('the status after a verdict', () => {
  const synced: ObjectVerdict = { reason: 'Synced', message: 'service/svc-a is in Port.', isChange: true };
  const refused: ObjectVerdict = { reason: 'Refused', message: 'no', isChange: false };
  const object = (conditions: unknown, generation: unknown = 3) => ({
    metadata: { generation },
    status: { conditions },
  });

  it('has our condition, for this generation', () => {
    expect(statusAfter(conditionsIn({ metadata: { generation: 3 } }), synced, NOW)).toEqual({
      conditions: [
        {
          type: 'Synced',
          status: 'True',
          reason: 'Synced',
          message: 'service/svc-a is in Port.',
          observedGeneration: 3,
          lastTransitionTime: '2026-03-04T05:06:07Z',
        },
      ],
    });
  });

  it('is nothing new when the object says it already', () => {
    const first = statusAfter(conditionsIn(object([])), synced, NOW);
    expect(
      statusAfter(conditionsIn({ metadata: { generation: 3 }, status: first }), synced, new Date(0)),
    ).toBeUndefined();
  });

  it('is new for another generation, since the same time', () => {
    const first = statusAfter(conditionsIn(object([])), synced, NOW);
    const second = statusAfter(conditionsIn({ metadata: { generation: 4 }, status: first }), synced, new Date(0));
    expect(second).toMatchObject({
      conditions: [{ observedGeneration: 4, lastTransitionTime: '2026-03-04T05:06:07Z' }],
    });
  });

  it('leaves the conditions of others, and turns with ours', () => {
    const other = { type: 'Ready', status: 'True' };
    const first = statusAfter(conditionsIn(object([other])), synced, new Date(0));
    const second = statusAfter(conditionsIn({ metadata: { generation: 3 }, status: first }), refused, NOW);
    expect(second).toMatchObject({
      conditions: [
        other,
        { type: 'Synced', status: 'False', reason: 'Refused', lastTransitionTime: '2026-03-04T05:06:07Z' },
      ],
    });
  });

  it.each([[null], ['no'], [[1]], [{}], [[{ type: 1 }]]])(
    'is written over conditions that are none: %j',
    (conditions) => {
      expect(statusAfter(conditionsIn(object(conditions)), synced, NOW)).toMatchObject({
        conditions: [{ type: 'Synced' }],
      });
    },
  );
});

describe('the Event about a verdict', () => {
  const object = { apiVersion: 'getport.io/v1', kind: 'Entity', namespace: 'payments', name: 'api', uid: 'u-1' };
  const refused: ObjectVerdict = { reason: 'Refused', message: 'no', isChange: false };

  it('is a warning about the object, in its namespace', () => {
    const { name, body } = eventOf(object, refused, NOW);
    expect(body).toMatchObject({
      metadata: { name, namespace: 'payments' },
      involvedObject: { kind: 'Entity', name: 'api', namespace: 'payments', uid: 'u-1' },
      type: 'Warning',
      reason: 'Refused',
    });
  });

  it('has the same name for the same verdict, and another for another one', () => {
    const nameOf = (verdict: ObjectVerdict) => eventOf(object, verdict, new Date()).name;
    expect(nameOf(refused)).toBe(nameOf({ ...refused }));
    expect(nameOf({ ...refused, message: 'still no' })).not.toBe(nameOf(refused));
  });

  it('of an object without a namespace is in the one where kubectl looks', () => {
    expect(namespaceOfEvents({ ...object, namespace: '' })).toBe('default');
    const { body } = eventOf({ ...object, namespace: '' }, refused, NOW);
    expect(body).toMatchObject({ metadata: { namespace: 'default' } });
    expect(body.involvedObject).not.toHaveProperty('namespace');
  });

  it.each([`${'a'.repeat(199)}.${'b'.repeat(50)}`, 'a'.repeat(253), 'x'])(
    'has a name that the server takes, for %s',
    (name) => {
      const made = eventOf({ ...object, name }, { ...refused, message: 'm'.repeat(5000) }, NOW);
      expect(made.name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      expect(made.name.length).toBeLessThanOrEqual(253);
      expect(String(made.body.message)).toHaveLength(1024);
    },
  );
});
