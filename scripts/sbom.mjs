// Prints a software bill of materials (CycloneDX 1.5) of what runs in production, made from package-lock.json alone, so that
// the same commit gives the same bytes anywhere. `npm sbom --omit=dev` does not do: it leaves out every package that a
// development dependency needs as well, zod and yaml among them (seen with npm 11.19).
// What the image leaves out has the scope "optional" (the Dockerfile prunes with --omit=optional).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync(process.argv[2] ?? new URL('../package-lock.json', import.meta.url), 'utf8'));
const { '': root, ...installed } = lock.packages;
const production = Object.fromEntries(Object.entries(installed).filter(([, { dev }]) => !dev));

const nameAt = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const purl = (name, version) => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
const refOf = (path) => `${nameAt(path)}@${production[path].version}`;

function component(path, { version, integrity = '', license, optional, devOptional }) {
  const name = nameAt(path);
  const [, digest] = /^sha512-(\S+)/.exec(integrity) ?? [];
  return {
    type: 'library',
    'bom-ref': refOf(path),
    name,
    version,
    scope: optional || devOptional ? 'optional' : 'required',
    ...(digest === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }),
    ...(typeof license === 'string' ? { licenses: [{ expression: license }] } : {}),
    purl: purl(name, version),
  };
}

/** Where Node.js finds a package that somebody at this path imports: in the nearest node_modules. */
function resolve(from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (production[path] !== undefined) return path;
    if (at === '') return undefined;
  }
}

function dependsOn(from, { dependencies, optionalDependencies }) {
  const names = Object.keys({ ...dependencies, ...optionalDependencies });
  const paths = names.map((name) => resolve(from, name)).filter((path) => path !== undefined);
  return [...new Set(paths.map(refOf))].sort();
}

/** One of each name and version, in the order of their names, whatever the order and depth in the lock file. */
function byRef(rows, ref) {
  const unique = new Map(rows.map((row) => [row[ref], row]));
  return [...unique.values()].sort((one, other) => (one[ref] < other[ref] ? -1 : 1));
}

const self = `${root.name}@${root.version}`;
const components = byRef(
  Object.entries(production).map(([path, entry]) => component(path, entry)),
  'bom-ref',
);
const dependencies = byRef(
  Object.entries(production).map(([path, entry]) => ({ ref: refOf(path), dependsOn: dependsOn(path, entry) })),
  'ref',
);
const [, a, b, c, d, e] = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(
  createHash('sha256')
    .update(JSON.stringify([self, components]))
    .digest('hex'),
);
const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  // A UUID of version 8 (RFC 9562): made from the contents instead of at random.
  serialNumber: `urn:uuid:${a}-${b}-8${c.slice(1)}-8${d.slice(1)}-${e}`,
  version: 1,
  metadata: {
    component: {
      type: 'application',
      'bom-ref': self,
      name: root.name,
      version: root.version,
      licenses: [{ expression: root.license }],
      purl: purl(root.name, root.version),
    },
  },
  components,
  dependencies: [{ ref: self, dependsOn: dependsOn('', root) }, ...dependencies],
};
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);
