import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      devOptional: z.boolean().optional(),
      integrity: z.string().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const bomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  metadata: z.object({ component: z.object({ name: z.string(), version: z.string() }) }),
  components: z.array(
    z.object({
      'bom-ref': z.string(),
      name: z.string(),
      version: z.string(),
      scope: z.enum(['required', 'optional']),
      purl: z.string(),
      hashes: z.array(z.object({ content: z.string().regex(/^[0-9a-f]{128}$/) })).optional(),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

const make = () => execFileSync(process.execPath, [root('scripts/sbom.mjs')], { encoding: 'utf8' });
const text = make();
const bom = bomSchema.parse(JSON.parse(text));
const { packages } = lockSchema.parse(JSON.parse(readFileSync(root('package-lock.json'), 'utf8')));
const { '': self, ...installed } = packages;
const nameOf = (path: string) => path.split('node_modules/').at(-1) ?? '';
const production = Object.entries(installed)
  .filter(([, { dev }]) => !dev)
  .map(([path, entry]) => ({ path, name: nameOf(path), ...entry }));

describe('the bill of materials', () => {
  it('has exactly what the lock file has for production', () => {
    const locked = new Set(production.map(({ name, version }) => `${name}@${version}`));
    expect(locked.size).toBeGreaterThan(150);
    expect(bom.components.map(({ name, version }) => `${name}@${version}`)).toEqual([...locked].sort());
  });

  it('has every dependency that package.json names', () => {
    const named = Object.keys(self?.dependencies ?? {}).sort();
    expect(named).toContain('zod');
    const direct = bom.dependencies.find(({ ref }) => ref.startsWith('komodor-port-integration@'));
    expect(direct?.dependsOn.map((ref) => ref.replace(/@[^@]+$/, '')).sort()).toEqual(named);
  });

  it('has the sums of the lock file', () => {
    const known = new Map(bom.components.map((one) => [one['bom-ref'], one.hashes?.[0]?.content]));
    for (const { name, version, integrity = '' } of production.filter((one) => one.integrity !== undefined)) {
      const digest = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
      expect(known.get(`${name}@${version}`), name).toBe(digest);
    }
  });

  it('calls optional what the image leaves out, and only that', () => {
    const optional = production.filter((one) => one.optional || one.devOptional).map(({ name }) => name);
    const called = bom.components.filter(({ scope }) => scope === 'optional').map(({ name }) => name);
    expect(called.sort()).toEqual([...new Set(optional)].sort());
    expect(called).toContain('msgpackr-extract');
  });

  it('says what depends on what as Node.js resolves it', () => {
    const chosen = ['fastify', 'ajv', 'node-jq', 'pino-pretty', 'light-my-request'];
    for (const name of chosen) {
      const from = root(`node_modules/${name}/package.json`);
      const version = packages[`node_modules/${name}`]?.version;
      const { dependsOn } = bom.dependencies.find(({ ref }) => ref === `${name}@${version}`) ?? { dependsOn: [] };
      const wanted = Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {}).map((other) => {
        const folder = createRequire(from)
          .resolve.paths(other)
          ?.find((one) => existsSync(`${one}/${other}/package.json`));
        const found = z
          .object({ version: z.string() })
          .parse(JSON.parse(readFileSync(`${folder}/${other}/package.json`, 'utf8')));
        return `${other}@${found.version}`;
      });
      expect(dependsOn, name).toEqual(wanted.sort());
    }
  });

  it('names nothing that it does not list', () => {
    const listed = new Set(bom.components.map((one) => one['bom-ref']));
    expect(bom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !listed.has(ref))).toEqual([]);
    expect(new Set(bom.components.map(({ purl }) => purl)).size).toBe(bom.components.length);
  });

  it('is the same each time', () => expect(make()).toBe(text));

  it('is of our version', () => {
    expect(bom.metadata.component).toMatchObject({ name: 'komodor-port-integration', version: self?.version });
  });
});
