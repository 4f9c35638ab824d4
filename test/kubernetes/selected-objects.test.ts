import { describe, expect, it } from 'vitest';
import { hasFields, hasLabels } from '../../src/kubernetes/selected-objects.ts';

const OBJECT = {
  metadata: { name: 'api', namespace: 'payments', labels: { app: 'api', tier: 'web', empty: '' } },
  spec: { nodeName: 'n1', unschedulable: true },
  status: { phase: 'Running' },
};

describe('an object that came without a read', () => {
  it.each([
    ['app=api', true],
    ['app==api,tier=web', true],
    ['app = api , tier != db', true],
    ['app=other', false],
    ['tier!=web', false],
    ['missing!=x', true],
    ['app in (api, web)', true],
    ['app in (web),tier', false],
    ['app notin (web,db)', true],
    ['missing notin (x)', true],
    ['missing in (x)', false],
    ['app', true],
    ['missing', false],
    ['!missing', true],
    ['!app', false],
    ['empty=', true],
    ['app.kubernetes.io/name!=x', true],
    ['app in api', false],
    ['', false],
  ])('has the labels of %s: %s', (selector, has) => {
    expect(hasLabels(selector, OBJECT)).toBe(has);
  });

  it.each([
    ['metadata.name=api', true],
    ['metadata.name==api,metadata.namespace!=other', true],
    ['metadata.name=other', false],
    ['status.phase!=Running', false],
    ['spec.unschedulable=true', true],
    ['spec.missing=', false],
    ['spec.missing!=x', false],
    ['metadata.name', false],
    ['metadata.name=a\\,b', false],
  ])('has the fields of %s: %s', (selector, has) => {
    expect(hasFields(selector, OBJECT)).toBe(has);
  });

  it('takes escaped commas for a part of the value', () => {
    expect(hasFields('metadata.name=a\\,b', { metadata: { name: 'a,b' } })).toBe(true);
  });

  it('without labels has none', () => {
    expect([hasLabels('app', {}), hasLabels('!app', {}), hasFields('metadata.name=x', {})]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
