import { describe, expect, it } from 'vitest';
import { twinsOf } from '../../src/kubernetes/twins.ts';

function twinsOfNamed(metadata: object, more: object = {}) {
  const { beside, elsewhere } = twinsOf({ key: 'k', label: 'l', value: { metadata, kind: 'Pod', ...more } });
  return { beside: beside.map(({ value }) => value), elsewhere: elsewhere.value };
}

describe('the twins of an object', () => {
  it('have other names and other uids, one of them in another namespace', () => {
    const metadata = { name: 'web-4f', namespace: 'a', uid: 'u', labels: { app: 'web' } };
    const { beside, elsewhere } = twinsOfNamed(metadata);
    expect(beside).toMatchObject([
      { kind: 'Pod', metadata: { namespace: 'a', labels: { app: 'web' } } },
      { kind: 'Pod', metadata: { name: 'web-4a', namespace: 'a' } },
    ]);
    expect(elsewhere).toMatchObject({ metadata: { name: 'web-4f', labels: { app: 'web' } } });
    const names = [...beside, elsewhere].map((value) => Object(value).metadata);
    expect(names.filter(({ uid }) => uid === 'u')).toEqual([]);
    expect(names[2]?.namespace).not.toBe('a');
  });

  it.each([
    ['web-9', 'web-0'],
    ['api', 'apj'],
    ['db', 'dc'],
    ['z', 'g'],
    ['dots.', 'dotsx'],
  ])('take %s to %s', (name, next) => {
    expect(twinsOfNamed({ name }).beside[1]).toMatchObject({ metadata: { name: next } });
  });

  it('of an Entity have other identifiers too, except elsewhere', () => {
    const { beside, elsewhere } = twinsOfNamed(
      { name: 'x', namespace: 'a' },
      { spec: { identifier: 'api', title: 't' } },
    );
    expect(beside[1]).toMatchObject({ spec: { identifier: 'apj', title: 't' } });
    expect(elsewhere).toMatchObject({ spec: { identifier: 'api' } });
  });

  it('of an object of the whole cluster are elsewhere by another name', () => {
    const { beside, elsewhere } = twinsOfNamed({ name: 'node-1' });
    expect(elsewhere).toEqual(beside[0]);
  });
});
