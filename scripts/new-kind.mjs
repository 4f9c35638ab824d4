// Writes the files of a new kind of Komodor, complete enough to run. What is left to think about says TODO, and a test
// (test/house/left-to-do.test.ts) fails for each until somebody has.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const USAGE = `usage: npm run new-kind NAME

Writes the definition, the stand-in, the default mapping and the blueprint of komodor<Name>.
NAME is one thing in camelCase: user, auditLog. With --print they go to standard output instead.`;

const ROOT = new URL('../', import.meta.url);
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean' }, print: { type: 'boolean' } },
});
const [given = ''] = positionals;

if (values.help || positionals.length !== 1) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
const name = given.replace(/^komodor(?=[A-Z])/, '').replace(/^[A-Z]/, (letter) => letter.toLowerCase());
if (!/^[a-z][A-Za-z0-9]*$/.test(name)) {
  console.error(`${given} is no name in camelCase.\n\n${USAGE}`);
  process.exit(2);
}

const words = name.split(/(?=[A-Z])/);
const file = words.join('-').toLowerCase();
const title = words.map((word) => word.replace(/^./, (letter) => letter.toUpperCase())).join(' ');
const filledIn = {
  __KIND__: `komodor${title.replaceAll(' ', '')}`,
  __FILE__: file,
  __PATH__: `${file}s`,
  __ROWS__: `${name}s`,
  __ADD_ON__: `${file}s`,
  __TITLE__: title,
};
const targets = {
  definition: `src/komodor/kinds/${file}.ts`,
  'stand-in': `src/sandbox/komodor/kinds/${file}.ts`,
  mapping: `mappings/${file}s.yaml`,
  blueprint: `blueprints/${file}s.yaml`,
};

const files = Object.entries(targets).map(([template, path]) => {
  const text = readFileSync(new URL(`scripts/new-kind/${template}.txt`, ROOT), 'utf8');
  return [path, text.replaceAll(/__[A-Z]+(?:_[A-Z]+)?__/g, (placeholder) => filledIn[placeholder] ?? placeholder)];
});
if (values.print) {
  for (const [path, text] of files) console.log(`${path.endsWith('.ts') ? '//' : '#'} ${path}\n${text}`);
  process.exit(0);
}

const taken = Object.values(targets).filter((path) => existsSync(new URL(path, ROOT)));
if (taken.length > 0) {
  console.error(`Nothing was written: there is ${taken.join(', ')} already.`);
  process.exit(1);
}
for (const [path, text] of files) writeFileSync(new URL(path, ROOT), text);
console.log(`Written:
${Object.values(targets)
  .map((path) => `  ${path}`)
  .join('\n')}

Next: go through every TODO in them, then
  npx vitest run test/komodor test/sandbox test/house test/golden
  npx vitest run test/komodor/kinds-docs.test.ts test/house/sandbox.test.ts -u    # writes docs/kinds.md, docs/sandbox.md
  npm run build && ADD_ONS=${filledIn.__ADD_ON__} npm run demo -- --once`);
