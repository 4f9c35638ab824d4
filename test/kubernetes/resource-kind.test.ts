import { describe, expect, it } from 'vitest';
import { exactJson, parseExactly } from '../../src/core/exact-json.ts';
import { type Listing, select } from '../../src/core/source.ts';
import { forbiddenAdvice, itemOf, offlineResourceKind, resourceKindInfo } from '../../src/kubernetes/resource-kind.ts';

const DEPLOYMENTS = { group: 'apps', version: 'v1', kind: 'Deployment' };
const SECRETS = { group: '', version: 'v1', kind: 'Secret' };
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const WELL_KNOWN = [
  ...['v1/pods', 'v1/nodes', 'v1/namespaces', 'v1/services', 'v1/secrets', 'apps/v1/deployments'],
  ...['apps/v1/statefulsets', 'apps/v1/daemonsets', 'apps/v1/replicasets', 'batch/v1/jobs', 'batch/v1/cronjobs'],
  ...['getport.io/v1/entities', 'getport.io/v1/clusterentities', 'argoproj.io/v1alpha1/rollouts'],
  ...['kustomize.toolkit.fluxcd.io/v1/kustomizations', 'example.com/v1beta1/widgets'],
];

describe('what jq sees of an object', () => {
  it('has the version and kind that members of lists lack', () => {
    expect(itemOf(DEPLOYMENTS, { metadata: { name: 'api', namespace: 'payments' } })).toEqual({
      key: 'payments/api',
      label: 'Deployment payments/api',
      value: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api', namespace: 'payments' } },
    });
    expect(itemOf({ ...SECRETS, kind: 'Node' }, { metadata: { name: 'n1' } })).toMatchObject({
      key: '/n1',
      label: 'Node n1',
      value: { apiVersion: 'v1', kind: 'Node' },
    });
  });

  it('keeps what the object says of itself', () => {
    const object = { apiVersion: 'apps/v1beta2', kind: 'Deploy', metadata: { name: 'x' } };
    expect(itemOf(DEPLOYMENTS, object)?.value).toEqual(object);
    expect(itemOf(DEPLOYMENTS, { ...object, kind: null, apiVersion: '' })?.value).toMatchObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
    });
  });

  it('lacks managedFields', () => {
    const object = { metadata: { name: 'x', managedFields: [{ manager: 'kubectl' }], labels: { a: 'b' } } };
    expect(itemOf(DEPLOYMENTS, object)?.value.metadata).toStrictEqual({ name: 'x', labels: { a: 'b' } });
    expect(object.metadata.managedFields).toHaveLength(1);
  });

  it('has its numbers as they were read', () => {
    const text = '{"metadata":{"name":"x","managedFields":[],"big":9007199254740993},"spec":{"ratio":1.0}}';
    const value = itemOf(DEPLOYMENTS, parseExactly(text))?.value ?? {};
    expect(exactJson(value)).toContain('"big":9007199254740993');
    expect(exactJson(value)).toContain('"ratio":1.0');
    expect(exactJson(value)).not.toContain('managedFields');
  });

  it.each([null, undefined, 'text', 7, true, [], [{}]])('is nothing for %j', (object) =>
    expect(itemOf(DEPLOYMENTS, object)).toBeUndefined(),
  );

  it.each([{}, { metadata: null }, { metadata: 'x' }, { metadata: { name: 7 } }, { metadata: { namespace: 'x' } }])(
    'has a key without a name: %j',
    (object) => {
      const item = itemOf(DEPLOYMENTS, object);
      expect(item).toMatchObject({
        key: expect.stringMatching(/^\?[0-9a-f]{64}$/),
        label: 'Deployment without a name',
      });
      expect(itemOf(DEPLOYMENTS, { ...object, other: 1 })?.key).not.toBe(item?.key);
    },
  );

  it('has an own member called __proto__', () => {
    const object: unknown = JSON.parse('{"metadata":{"name":"x","annotations":{"__proto__":"y"},"managedFields":[]}}');
    expect(JSON.stringify(itemOf(DEPLOYMENTS, object)?.value)).toContain('"__proto__":"y"');
  });
});

describe('a Secret', () => {
  const value = 'aHVudGVyMg==';
  const manifest = (object: object) => JSON.stringify({ apiVersion: 'v1', kind: 'Secret', ...object });
  const annotated = (text: unknown) => ({ metadata: { name: 's', annotations: { [LAST_APPLIED]: text, team: 'a' } } });

  it.each([
    ['data', { metadata: { name: 's' }, data: { password: value } }],
    ['stringData', { metadata: { name: 's' }, stringData: { password: value } }],
    ['data that is no object', { metadata: { name: 's' }, data: value }],
    ['a value that is no text', { metadata: { name: 's' }, data: { password: { deep: value } } }],
    ['the manifest that kubectl keeps', annotated(manifest({ data: { password: value } }))],
    ['its stringData', annotated(manifest({ stringData: { password: value } }))],
    ['a manifest that is no JSON', annotated(`data: ${value}`)],
    ['a manifest that is no object', annotated(JSON.stringify([value]))],
    ['a manifest that is no text', annotated({ data: value })],
  ])('shows no value: %s', (_what, object) => {
    for (const type of [SECRETS, DEPLOYMENTS]) {
      const given = type === SECRETS ? object : { ...object, apiVersion: 'v1', kind: 'Secret' };
      const text = JSON.stringify(itemOf(type, given));
      expect(text).not.toContain(value);
    }
    expect(JSON.stringify(resourceKindInfo('v1/secrets').toItem(object))).not.toContain(value);
  });

  it('shows its keys, type, labels and other annotations', () => {
    const object = { type: 'Opaque', data: { password: value }, ...annotated(manifest({ data: { password: value } })) };
    expect(itemOf(SECRETS, object)?.value).toMatchObject({
      type: 'Opaque',
      data: { password: '' },
      metadata: { annotations: { team: 'a', [LAST_APPLIED]: manifest({ data: { password: '' } }) } },
    });
  });

  it('is told from a kind of the same name in another group', () => {
    const object = { apiVersion: 'example.com/v1', kind: 'Secret', metadata: { name: 's' }, data: { a: value } };
    expect(itemOf({ group: 'example.com', version: 'v1', kind: 'Secret' }, object)?.value.data).toEqual({ a: value });
  });
});

describe('the advice after a refusal', () => {
  it('gives the rule to add', () => {
    const pods = { group: '', version: 'v1', resource: 'pods' };
    expect(forbiddenAdvice('list', { group: 'apps', version: 'v1', resource: 'deployments' })).toBe(
      'The user of this connection may not list deployments. Bind a ClusterRole with this rule to it: - {apiGroups: [apps], resources: [deployments], verbs: [get, list, watch]}',
    );
    expect(forbiddenAdvice('watch', pods, 'payments')).toContain('watch pods in namespace payments. Bind a Role of');
    expect(forbiddenAdvice('get', pods)).toContain('{apiGroups: [""], resources: [pods], verbs: [get]}');
  });
});

describe.each(WELL_KNOWN)('%s without a server', (name) => {
  const kind = offlineResourceKind(name);
  const whole: Listing = select(kind, {});

  it('has a probe whose place is found again', () => {
    const { item, place } = kind.probe;
    expect(kind.scopeOf(place)).toEqual(kind.scopeOf(kind.placeOf(item)));
    for (const part of kind.identity) expect(place[part], part).toBe(kind.placeOf(item)[part]);
    for (const value of Object.values(place)) expect(value).not.toBe('');
    expect(item.value).toMatchObject({ apiVersion: name.split('/').slice(0, -1).join('/') });
  });

  it('has every field in its probe that an object may lack', () => {
    const { mayLack, rows, hasOtherCut } = resourceKindInfo(name);
    for (const path of mayLack) expect(kind.probe.item.value).toHaveProperty(path);
    expect({ rows, hasOtherCut }).toEqual({ rows: ['items'], hasOtherCut: true });
  });

  it('is not read after itself', () => expect(kind.after).not.toContain(name));

  it('names a selector key that it does not know', () => {
    for (const key of ['namespaces', 'labelSelector', 'fieldSelector'])
      expect(kind.select({ [`${key}x`]: 'a' })).toEqual({
        complaints: [expect.stringContaining(`(did you mean ${key}?)`)],
      });
    expect(kind.select({ clusters: 'a' })).toEqual({
      complaints: [expect.stringMatching(/^clusters: is no selector/)],
    });
  });

  it('finds a subject of its own', () => {
    const subject = (system: string, of: string) => ({ system, place: { ...kind.probe.place, kind: of } });
    expect(kind.narrow(subject('kubernetes', name))?.holds(kind.probe.item)).toBe(true);
    expect(kind.narrow(subject('komodor', name))).toBeUndefined();
    expect(kind.narrow(subject('kubernetes', 'v1/endpoints'))).toBeUndefined();
  });

  it('cannot be read', () => {
    expect(() => whole.read(new AbortController().signal)).toThrow('nothing is read here');
    expect(() => whole.confirm({}, new AbortController().signal)).toThrow('a scope without namespace or name');
  });
});

describe('a selector', () => {
  const kind = offlineResourceKind('apps/v1/deployments');

  it.each([
    [{ namespaces: 7 }, 'namespaces: must be'],
    [{ namespaces: ['a', null] }, 'namespaces: must be'],
    [{ namespaces: [''] }, 'namespaces: must be'],
    [{ labelSelector: { app: 'x' } }, 'labelSelector: must be a text'],
    [{ labelSelector: '  ' }, 'labelSelector: must be a text'],
    [{ fieldSelector: ['metadata.name=x'] }, 'fieldSelector: must be a text'],
  ])('is refused: %j', (selector, message) =>
    expect(kind.select(selector)).toEqual({ complaints: [expect.stringContaining(message)] }),
  );

  it('names no namespaces where objects lie in none', () =>
    expect(offlineResourceKind('v1/nodes').select({ namespaces: 'a' })).toEqual({
      complaints: ['namespaces: objects of v1/nodes lie in no namespace'],
    }));

  it('has one key for the same question', () => {
    const key = (selector: object) => select(kind, { ...selector }).key;
    expect(key({ namespaces: ['b', 'a', 'b'], query: 'true' })).toBe(key({ namespaces: ['a', 'b'] }));
    expect(key({ namespaces: 'a' })).toBe(key({ namespaces: ['a'], labelSelector: null }));
    expect(key({ namespaces: [] })).toBe(key({}));
    expect(key({ labelSelector: 'a=b' })).not.toBe(key({ fieldSelector: 'a=b' }));
  });

  it('leaves out the namespaces that it does not name', () => {
    const some = select(kind, { namespaces: ['a'] });
    expect(some.excludedBy({ namespace: 'b', name: 'x' })).toBe('namespaces');
    expect(some.excludedBy({ namespace: 'a', name: 'x' })).toBeUndefined();
    expect(some.excludedBy({ name: 'x' })).toBeUndefined();
    expect(some.confirm({ namespace: 'b' }, new AbortController().signal)).toBe('excluded');
  });

  it('is widened by the keys that limit other things than places', () => {
    expect(select(kind, { namespaces: 'a' }).widened()).toBeUndefined();
    const wider = select(kind, { namespaces: 'a', labelSelector: 'x=y' }).widened();
    expect(wider?.keys).toEqual(['labelSelector']);
    expect(wider?.listing.key).toBe(select(kind, { namespaces: ['a'] }).key);
  });

  it('knows the smallest place', () => {
    expect(kind.scopeOf({ namespace: 'a', name: 'x' })).toEqual({ namespace: 'a' });
    expect(kind.scopeOf({ name: 'x' })).toBeUndefined();
    expect(offlineResourceKind('v1/nodes').scopeOf({ name: 'x' })).toEqual({ name: 'x' });
    expect(kind.scopeOf({ namespace: '', name: 'x' })).toEqual({ name: 'x' });
    expect(kind.scopeOf({})).toBeUndefined();
  });
});
