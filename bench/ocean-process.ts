import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { loadDefaults } from '../src/compose/defaults.ts';
import { freePort } from '../test/queue/redis-server.ts';
import type { TreeUse } from './process-tree.ts';
import { settingsFor } from './settings.ts';
import { runWatched } from './watched-run.ts';

const call = promisify(execFile);
const FILES = fileURLToPath(new URL('./ocean/', import.meta.url));
/** Ocean's newest core needs at least this Python. */
const OLDEST_MINOR = 12;
const PYTHONS = ['python3.13', 'python3.12', 'python3'];

export type OceanRun = TreeUse & { readonly processSeconds: number };
export type RunOcean = (environment: Readonly<Record<string, string>>) => Promise<OceanRun>;

interface Pages {
  readonly servicesPageSize: number;
  readonly risksPageSize: number;
}

interface Ocean {
  readonly version: string;
  readonly python: string;
  run(environment: Readonly<Record<string, string>>, pages: Pages): Promise<OceanRun>;
  remove(): Promise<void>;
}

/** Installs Ocean's core into a folder of its own, from the registry, with the integration of bench/ocean. */
export async function prepareOcean(): Promise<Ocean> {
  const python = await findPython();
  const folder = await mkdtemp(join(tmpdir(), 'komodor-port-ocean-'));
  const environment = join(folder, 'python');
  await call(python, ['-m', 'venv', environment]);
  const inside = join(environment, 'bin', 'python');
  await call(inside, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    process.env.OCEAN ?? 'port-ocean',
  ]);
  const { stdout } = await call(inside, [
    '-c',
    'import importlib.metadata as m, sys; print(m.version("port-ocean"), sys.version.split()[0])',
  ]);
  const [version = '', pythonVersion = ''] = stdout.trim().split(' ');
  return {
    version,
    python: `Python ${pythonVersion}`,
    async run(given, pages) {
      const integration = await mkdtemp(join(folder, 'integration-'));
      await writeIntegration(integration, given);
      const command = [inside, join(FILES, 'run.py'), integration, String(await freePort())] as const;
      const ended = await runWatched([...command], settingsOf(integration, given, pages), integration);
      if (ended.exitCode !== 0) throw new Error(`Ocean ended with ${ended.exitCode}: ${ended.stdout} ${ended.stderr}`);
      return ended;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function findPython(): Promise<string> {
  for (const name of process.env.PYTHON ? [process.env.PYTHON] : PYTHONS) {
    const code = 'import sys; print(sys.version_info.major == 3 and sys.version_info.minor)';
    const answer = await call(name, ['-c', code]).catch(() => undefined);
    if (Number(answer?.stdout) >= OLDEST_MINOR) return name;
  }
  throw new Error(`Ocean needs Python 3.${OLDEST_MINOR} or newer: none of ${PYTHONS.join(', ')} is; set PYTHON to one`);
}

/** A folder with an integration as Port publishes it, in place of the one here: `integrations/komodor` of its repository. */
export const PUBLISHED = process.env.OCEAN_INTEGRATION;

/** Our shipped mapping and blueprints, so that both do the same; with two entries for the risks, as Ocean ships it. */
async function writeIntegration(folder: string, environment: Readonly<Record<string, string>>): Promise<void> {
  if (PUBLISHED) return cp(PUBLISHED, folder, { recursive: true });
  const { blueprints, fileConfig } = loadDefaults(settingsFor(environment));
  const resources = join(folder, '.port', 'resources');
  await mkdir(resources, { recursive: true });
  for (const name of ['main.py', 'pyproject.toml']) await copyFile(join(FILES, name), join(folder, name));
  await copyFile(join(FILES, 'spec.yaml'), join(folder, '.port', 'spec.yaml'));
  const { resources: entries } = mappingShape.parse(fileConfig);
  const twice = entries.flatMap((entry) => (entry.kind === 'komodorHealthMonitoring' ? [entry, entry] : [entry]));
  // JSON is YAML.
  await writeFile(join(resources, 'port-app-config.yml'), JSON.stringify({ ...fileConfig, resources: twice }));
  await writeFile(join(resources, 'blueprints.json'), JSON.stringify(blueprints));
}

const mappingShape = z.looseObject({ resources: z.array(z.looseObject({ kind: z.string() })) });

function settingsOf(
  folder: string,
  given: Readonly<Record<string, string>>,
  { servicesPageSize, risksPageSize }: Pages,
) {
  const config = {
    komodor_base_url: given.KOMODOR_BASE_URL,
    komodor_api_key: given.KOMODOR_API_KEY,
    services_page_size: servicesPageSize,
    risks_page_size: risksPageSize,
  };
  return {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    PYTHONPATH: folder,
    OCEAN__EVENT_LISTENER: JSON.stringify({ type: 'ONCE' }),
    OCEAN__INTEGRATION__IDENTIFIER: 'ocean',
    OCEAN__INTEGRATION__TYPE: 'komodor',
    OCEAN__INTEGRATION__CONFIG: JSON.stringify(config),
    OCEAN__PORT__BASE_URL: given.PORT_BASE_URL ?? '',
    OCEAN__PORT__CLIENT_ID: given.PORT_CLIENT_ID ?? '',
    OCEAN__PORT__CLIENT_SECRET: given.PORT_CLIENT_SECRET ?? '',
  };
}
