// Runs before `npm pack`. The package carries its dependencies (`bundleDependencies`), so that it installs where no registry
// can be reached, in the versions that were tested. Their install steps must not come along: node-jq's downloads a jq from a
// code-hosting site and fails the whole install where that cannot be reached; msgpackr-extract's compiles. Neither is needed:
// the program finds a jq by itself (docs/jq.md), and msgpackr works without its native part.
// And it gives every file the mode that git knows, 644 or 755: npm packs what the umask of this machine left of it, so that
// the same commit would give other bytes, and after a umask of 077 a package that only root can read.
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const INSTALL_STEPS = ['preinstall', 'install', 'postinstall'];

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
for (const [folder, { dev }] of Object.entries(packages)) {
  const file = join(folder, 'package.json');
  if (folder === '' || dev || !existsSync(file)) continue;
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const steps = INSTALL_STEPS.filter((step) => manifest.scripts?.[step] !== undefined);
  if (steps.length === 0) continue;
  for (const step of steps) delete manifest.scripts[step];
  // A new file in place of the old one, which may be a hard link into somebody's store.
  writeFileSync(`${file}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  console.error(`${manifest.name} is packed without its ${steps.join(', ')} step`);
}

/** Files that are right already are left alone: they may be hard links into somebody's store. */
function makeReadable(path) {
  const status = lstatSync(path);
  if (status.isSymbolicLink()) return;
  const mode = status.isDirectory() || (status.mode & 0o100) !== 0 ? 0o755 : 0o644;
  if ((status.mode & 0o777) !== mode) chmodSync(path, mode);
  if (status.isDirectory()) for (const name of readdirSync(path)) makeReadable(join(path, name));
}

const { files } = JSON.parse(readFileSync('package.json', 'utf8'));
const production = Object.entries(packages).filter(([folder, { dev }]) => folder !== '' && !dev);
for (const path of [...files, 'package.json', 'README.md', 'LICENSE', ...production.map(([folder]) => folder)]) {
  if (existsSync(path)) makeReadable(path);
}
