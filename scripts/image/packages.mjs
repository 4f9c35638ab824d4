// Prints name and version of every package under ./node_modules, sorted. build-and-test.sh compares this list, made inside
// the image, with the bill of materials.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

function packagesIn(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  const paths = names.flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(folder, name)).map((inner) => join(folder, name, inner))
      : join(folder, name),
  );
  return paths.flatMap((path) => {
    const { name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    return [`${name}@${version}`, ...packagesIn(join(path, 'node_modules'))];
  });
}

console.log([...new Set(packagesIn('node_modules'))].sort().join('\n'));
