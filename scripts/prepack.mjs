// Runs before `npm pack`. The package carries its dependencies (`bundleDependencies`), so that it installs where no registry
// can be reached, in the versions that were tested. Their install steps must not come along: node-jq's downloads a jq from a
// code-hosting site and fails the whole install where that cannot be reached; msgpackr-extract's compiles. Neither is needed:
// the program finds a jq by itself (docs/jq.md), and msgpackr works without its native part.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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
