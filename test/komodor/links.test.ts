import { describe, expect, it } from 'vitest';
import { eventIdIn, namedIn } from '../../src/komodor/links.ts';

const APP = 'https://app.komodor.com/main/deep-dive';
const ARN = 'arn:aws:eks:eu-central-1:123456789012:cluster/payments';

describe('what a link is about', () => {
  it.each([
    ['acme.prod-shop.api', 'prod', { namespace: 'shop', name: 'api' }],
    ['acme.prod-shop.api?timeWindow=1-2&eventId=x', 'prod', { namespace: 'shop', name: 'api' }],
    ['acme.prod-my-shop.api.v2', 'prod', { namespace: 'my-shop', name: 'api.v2' }],
    ['acme.prod-eu-shop.api', 'prod-eu', { namespace: 'shop', name: 'api' }],
    [`${encodeURIComponent(`acme.${ARN}-shop.api`)}?eventId=x`, ARN, { namespace: 'shop', name: 'api' }],
    [
      encodeURIComponent('acme.on-prem (basement 2)-shop.api'),
      'on-prem (basement 2)',
      { namespace: 'shop', name: 'api' },
    ],
    ['acme.v1.27-shop.api', 'v1.27', { namespace: 'shop', name: 'api' }],
  ])('%s in %s', (path, cluster, named) => {
    expect(namedIn(`${APP}/${path}`, cluster)).toEqual(named);
  });

  it.each([
    ['another cluster', `${APP}/acme.staging-shop.api`, 'prod'],
    ['no account before the cluster', `${APP}/.prod-shop.api`, 'prod'],
    ['no name', `${APP}/acme.prod-shop`, 'prod'],
    ['an empty name', `${APP}/acme.prod-shop.`, 'prod'],
    ['no namespace', `${APP}/acme.prod-.api`, 'prod'],
    ['what is no namespace', `${APP}/acme.prod-Shop.api`, 'prod'],
    ['a query alone', 'https://app.komodor.com/main/resources/nodes?cluster=prod&name=acme.prod-shop.api', 'prod'],
    ['no address', 'acme.prod-shop.api', 'prod'],
    ['nothing', undefined, 'prod'],
  ])('%s: nothing', (_what, link, cluster) => {
    expect(namedIn(link, cluster)).toBeUndefined();
  });

  it('says nothing where the path can be read in two ways', () => {
    expect(namedIn(`${APP}/acme.prod-shop.x.prod-mail.api`, 'prod')).toBeUndefined();
  });

  it('lives with a path that is no proper encoding', () => {
    expect(namedIn(`${APP}/acme.prod-shop.api%ZZ`, 'prod')).toEqual({ namespace: 'shop', name: 'api%ZZ' });
  });
});

describe('the id of an event', () => {
  it.each([
    [
      `${APP}/a.b-c.d?timeframe=custom&eventId=1486f269-e28e-4498-8389-9ca33c1f647a`,
      '1486f269-e28e-4498-8389-9ca33c1f647a',
    ],
    [`${APP}/a.b-c.d?eventId=`, undefined],
    [`${APP}/a.b-c.d`, undefined],
    ['not an address', undefined],
    [undefined, undefined],
  ])('%s', (link, id) => expect(eventIdIn(link)).toBe(id));
});
