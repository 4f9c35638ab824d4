import fs from 'node:fs';
const file = process.argv[2]; const lock = JSON.parse(fs.readFileSync(file));
const OS = { darwin:'darwin', linux:'linux', linuxmusl:'linux', win32:'win32', android:'android', freebsd:'freebsd', openbsd:'openbsd', netbsd:'netbsd', sunos:'sunos', aix:'aix', openharmony:'openharmony' };
const CPU = ['x64','arm64','arm','ia32','ppc64','riscv64','s390x','mips64el','loong64','wasm32'];
let added = 0;
for (const [path, pkg] of Object.entries(lock.packages)) {
  for (const [name, spec] of Object.entries(pkg.optionalDependencies ?? {})) {
    const cands = [`${path}/node_modules/${name}`, `node_modules/${name}`];
    if (cands.some((c) => lock.packages[c])) continue;
    if (!/^\d/.test(spec)) { console.log('range', name, spec); continue; }
    const tail = name.split('/').pop().toLowerCase(); const tokens = tail.split(/[-_.]/);
    const os = tokens.map((t) => OS[t]).find(Boolean);
    let cpu = tokens.map((t) => CPU.find((c) => t === c || (c === 'arm' && /^(arm|armv\d.*)$/.test(t)))).find(Boolean);
    if (tail.includes('ppc64')) cpu = 'ppc64'; if (tail.includes('riscv64')) cpu='riscv64';
    if (tail.includes('universal')) cpu = undefined;
    lock.packages[`node_modules/${name}`] = { version: spec, ...(pkg.dev ? {dev:true} : {}), ...(cpu ? {cpu:[cpu]} : {}), license: pkg.license, optional: true, ...(os ? {os:[os]} : {}) , ...(pkg.engines?{engines:pkg.engines}:{})};
    if (!os && !cpu) console.log('no platform', name);
    added++;
  }
}
const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([a],[b]) => a < b ? -1 : 1));
lock.packages = sorted; fs.writeFileSync(file, JSON.stringify(lock, null, 2) + '\n'); console.log('added', added);
