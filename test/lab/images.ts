import { fileURLToPath } from 'node:url';
import type { Image } from './container.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SEARCHED = '/image/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const OF_OURS = ['dist', 'node_modules', 'mappings', 'blueprints', 'scripts', 'package.json'];

/** As the Dockerfile makes it, of what `npm run build` made here. */
const OURS: Image = {
  entrypoint: ['node', '--enable-source-maps', '/app/dist/cli.js'],
  command: ['start'],
  workingDir: '/app',
  environment: { PATH: SEARCHED, NODE_ENV: 'production', HOME: '/app' },
  user: 1000,
  group: 0,
  mounts: {
    ...Object.fromEntries(OF_OURS.map((name) => [`${ROOT}${name}`, `/app/${name}`])),
    [process.execPath]: '/image/bin/node',
  },
  folders: ['/app'],
  links: { '/image/bin/komodor-port': '/app/dist/cli.js' },
};

const REDIS: Image = {
  entrypoint: [],
  command: ['redis-server'],
  workingDir: '/data',
  environment: { PATH: SEARCHED },
  user: 0,
  group: 0,
  mounts: {},
  folders: ['/data'],
  links: {},
};

const IMAGES: Readonly<Record<string, Image>> = { 'komodor-port-integration': OURS, redis: REDIS, valkey: REDIS };

/** What stands in for an image, whatever its registry, tag and digest; undefined for one that the lab does not have. */
export function imageCalled(reference: string): Image | undefined {
  const [, name = ''] = /([^/:@]+)(?::[^/:@]+)?(?:@.*)?$/.exec(reference) ?? [];
  return IMAGES[name];
}
