// Adds to package-lock.json the optional packages of other platforms that the registry in use does not serve.
// Without them `npm ci` refuses the lock file as out of sync. And takes out that node-jq has an install step, which downloads
// a jq that we do not use and fails `npm ci` where it cannot: npm 10 knows no `allowScripts`. Run after every `npm install`:
//   node scripts/complete-lock.mjs package-lock.json
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openbsd', 'netbsd', 'sunos', 'aix', 'openharmony'];
const PROCESSORS = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'mips64el', 'loong64', 'wasm32'];

/** What a package is made for, read from its name: `@scope/cli-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.toLowerCase().split(/[-_./]/);
  const system = SYSTEMS.find((os) => words.some((word) => word.startsWith(os)));
  const processor = PROCESSORS.find((cpu) =>
    words.some((word) => word === cpu || (cpu === 'arm' && /^armv?\d*$/.test(word))),
  );
  return { ...(system ? { os: [system] } : {}), ...(processor ? { cpu: [processor] } : {}) };
}

const file = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
let added = 0;
for (const [path, manifest] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(manifest.optionalDependencies ?? {})) {
    const isThere = [`${path}/node_modules/${name}`, `node_modules/${name}`].some((at) => lock.packages[at]);
    if (isThere || !/^\d/.test(version)) continue;
    const { dev, license, engines } = manifest;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(dev ? { dev } : {}),
      ...platformOf(name),
      license,
      optional: true,
      ...(engines ? { engines } : {}),
    };
    added += 1;
  }
}
delete lock.packages['node_modules/node-jq']?.hasInstallScript;
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages added to ${file}`);
