import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished } from 'vitest';
import { portOf } from '../net/local-server.ts';
import { until } from '../service/caller.ts';
import { it } from '../service/stage.ts';
import { contractServer } from './contract-server.ts';
import { describeLab, Namespace } from './lab.ts';

const NAME = 'watched-by-us';
const KIND = 'v1/configmaps';
const MAPPING = `
createMissingRelatedEntities: false
entityDeletionThreshold: 0.9
resources:
  - kind: v1/ConfigMap
    selector: { query: '.metadata.name | startswith("ours-")', namespaces: [${NAME}] }
    port:
      entity:
        mappings:
          identifier: .metadata.namespace + "-" + .metadata.name
          blueprint: '"map"'
          properties: { text: .data.text }
`;
const BLUEPRINT = {
  identifier: 'map',
  title: 'Map',
  schema: { properties: { text: { type: 'string' } }, required: [] },
  relations: {},
};

function map(name: string, text: string) {
  const metadata = { name: `ours-${name}`, namespace: NAME };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text } };
}

/** A way to the API server that can be cut. */
async function wayTo(url: string) {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  function cut(): void {
    isCut = true;
    for (const socket of open) socket.destroy();
    open.clear();
  }
  onTestFinished(() => {
    cut();
    server.close();
  });
  return {
    url: `https://127.0.0.1:${portOf(server.address())}`,
    cut,
    mend() {
      isCut = false;
    },
  };
}

describeLab('a service with a cluster, on a real API server', () => {
  it('brings what happens to Port, also after a cut in which the server forgot', async ({ open }) => {
    await Namespace.create(NAME);
    const { url, authority, token, etcd } = inject('lab');
    const server = contractServer({ url, authority, token }, etcd);
    const way = await wayTo(url);
    const folder = mkdtempSync(join(tmpdir(), 'lab-watch-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'lab',
          cluster: {
            server: way.url,
            'certificate-authority-data': Buffer.from(authority).toString('base64'),
          },
        },
      ],
      users: [{ name: 'we', user: { token } }],
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'we' } }],
      'current-context': 'lab',
    };
    writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig));
    writeFileSync(join(folder, 'mapping.yaml'), MAPPING);
    await server.put(['a', 'b', 'c', 'd'].map((name) => map(name, 'first')));
    const stage = await open();
    stage.store.putBlueprint(BLUEPRINT);
    const service = await stage.service({
      KUBERNETES: join(folder, 'kubeconfig'),
      ...{ MAPPING_PATH: join(folder, 'mapping.yaml'), MAPPING_SOURCE: 'file' },
      ...{ RESYNC_INTERVAL: 'off', EVENT_LISTENER_INTERVAL: '3600' },
    });
    await service.settled();
    const text = (name: string) => stage.store.entity('map', `${NAME}-ours-${name}`)?.properties.text;
    const names = () => stage.store.entitiesOf('map').map(({ identifier }) => identifier.replace(`${NAME}-ours-`, ''));
    expect(names().sort()).toEqual(['a', 'b', 'c', 'd']);

    await server.put([map('a', 'second'), map('e', 'first')]);
    await until(() => text('a') === 'second' && names().includes('e'), 15_000);
    await server.remove(map('b', 'first'));
    await until(() => !names().includes('b'), 15_000);
    expect(await service.runs()).toHaveLength(1);

    way.cut();
    await server.put([map('a', 'third'), map('f', 'first')]);
    await server.remove(map('c', 'first'));
    await server.compact(KIND);
    way.mend();
    await until(() => text('a') === 'third' && names().includes('f') && !names().includes('c'), 90_000);
    expect(names().sort()).toEqual(['a', 'd', 'e', 'f']);
    await server.put([map('g', 'first')]);
    await until(() => names().includes('g'), 60_000);
    await Promise.all(['a', 'd', 'e', 'f', 'g'].map((name) => server.remove(map(name, ''))));
  }, 240_000);
});
