import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { encodeIdentifier } from '../../src/core/identifier.ts';
import { openStage } from '../service/stage.ts';

/** Names as nobody should give them, and as some will. */
export const HOSTILE = {
  html: '<img src=x onerror=alert(1)>',
  script: '<script>alert(1)</script>',
  svg: '"><svg/onload=alert(1)>',
  quotes: `it's "quoted" \`so\``,
  bidi: '\u202Etxt.gnp\u202C\u2066x\u2069\u061C',
  terminal: '\u001B[31mred\u001B]8;;http://foreign.test\u0007\u009B2J',
  lines: 'first\nsecond\r\nthird\u2028fourth',
  emoji: '👩‍👩‍👧‍👦 🏳️‍🌈',
  rtl: 'שלום مرحبا',
  long: 'x'.repeat(1_000),
  dots: '../../etc/passwd',
  slash: '%2F..%2f%00',
  query: 'a?b=c#d&e=%',
  template: ['{{7*7}}$', '{7*7}'].join(''),
  proto: '__proto__',
} as const;

const PLACE = { cluster: 'production-eu', namespace: 'hostile', kind: 'Deployment' as const };

/** The identifier of a hostile service in Port. */
export function identifierOf(name: string): string {
  return encodeIdentifier([PLACE.kind, PLACE.cluster, PLACE.namespace, name].join('-'));
}

/** The shipped mapping with a field that fails in a hostile way, and an entry of a blueprint that nobody has. */
function hostileMapping(): string {
  const mapping = parse(readFileSync(new URL('../../mappings/komodor.yaml', import.meta.url), 'utf8'));
  const [services] = mapping.resources;
  const { mappings } = services.port.entity;
  const failing = {
    ...mappings.properties,
    last_deploy_status: `.service | error("${'<b onmouseover=alert(1)>'}\\(.)")`,
  };
  services.port.entity.mappings = { ...mappings, properties: failing };
  const nobody = { ...mappings, blueprint: '"<i>nobody</i>"', properties: {} };
  mapping.resources.push({ ...services, selector: { query: 'true' }, port: { entity: { mappings: nobody } } });
  return stringify(mapping);
}

/** A service between its stand-ins, in whose world everything has a hostile name: written, refused, held back and foreign. */
export async function openHostileWorld() {
  const stage = await openStage({ seed: 7, clusters: 2, services: 12, risksPerService: 1 });
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  const file = join(folder, 'mapping.yaml');
  writeFileSync(file, hostileMapping());
  const { world, store, port } = stage;
  const [service] = world.services;
  const [risk] = world.risks;
  if (!service || !risk) throw new Error('The world has too little');
  for (const [uid, name] of Object.entries(HOSTILE)) {
    const labels = { [name]: name };
    world.services.push({ ...service, ...PLACE, service: name, uid, labels, link: 'javascript:alert(1)' });
    world.risks.push({
      ...risk,
      id: `${uid} ${name}`.slice(0, 300),
      checkType: name,
      komodorUid: `Deployment|production-eu|hostile|${name}`,
    });
  }
  const running = await stage.service({ MAPPING_PATH: file, MAPPING_SOURCE: 'file', EVENT_LISTENER_INTERVAL: '86400' });
  await running.settled(1);
  const foreign = `port-ocean/${HOSTILE.script}/1.0.0/${HOSTILE.html}/exporter`;
  store.putEntity({
    blueprint: 'komodorService',
    identifier: 'theirs-hostile',
    title: HOSTILE.svg,
    datasource: foreign,
  });
  // Every one changes, and Port refuses some; then most are gone, and their deletion is held back.
  for (const [at, one] of world.services.entries()) {
    world.services[at] = { ...one, status: one.status === 'healthy' ? 'unhealthy' : 'healthy' };
  }
  port.faults.add('bulk -> refuse-item 1,4,12,13,14,15,16,18 422 invalid_request');
  await running.request();
  await running.settled(2);
  port.faults.clear();
  const hostile = world.services.splice(10);
  await running.request();
  await running.settled(3);
  await running.request({ mode: 'plan' });
  await running.settled(4);
  const close = async () => {
    await stage.close();
    rmSync(folder, { recursive: true });
  };
  return { stage, service: running, url: running.url, clock: { aheadMs: 0 }, hostile, close };
}
