// Makes values.schema.json and the table of values in README.md out of the chart's values.yaml and chart-rules.mjs, and
// files/kinds.json, what the shipped mapping and its add-ons read of a cluster, out of mappings/.
//   node scripts/deploy/chart-files.mjs           writes them
//   node scripts/deploy/chart-files.mjs --check   exits with 1 when one of them is not current
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ALSO, OPEN, OTHER_SETTINGS, TYPES, WRONG } from './chart-rules.mjs';

const CHART = new URL('../../deploy/helm/komodor-port/', import.meta.url);
const MAPPINGS = new URL('../../mappings/', import.meta.url);
const read = (path) => readFileSync(new URL(path, CHART), 'utf8');

/** Every key of values.yaml in its order: path, description, default, and whether it is a block with keys of its own. */
function readValues(yaml) {
  const values = parse(yaml);
  const rows = [];
  let comment = [];
  const stack = [];
  for (const line of yaml.split('\n')) {
    const section = /^# -- (.+) --$/.exec(line)?.[1];
    const key = /^( *)(\w+):(.*)$/.exec(line);
    if (section !== undefined) rows.push({ section });
    else if (/^ *# /.test(line)) comment.push(line.trim().slice(2));
    if (key) {
      stack.length = key[1].length / 2;
      stack.push(key[2]);
      if (comment.length === 0) throw new Error(`values.yaml: no comment above ${stack.join('.')}`);
      const value = stack.reduce((parent, name) => parent[name], values);
      rows.push({ path: stack.join('.'), about: comment.join(' '), value, isBlock: key[3] === '' });
    }
    if (key || line === '') comment = [];
  }
  return rows;
}

/** Names of Port's own chart that are accepted and change nothing. The chart's notes say so to whoever sets them. */
function valuesWithoutEffect() {
  const list = /define "komodor-port.valuesWithoutEffect" -}}\n([^{]*)/.exec(read('templates/_helpers.tpl'))?.[1] ?? '';
  return list
    .trim()
    .split('\n')
    .map((line) => line.slice(2));
}

function typeOf(value) {
  if (Array.isArray(value)) return { type: 'array' };
  if (typeof value === 'number') return { type: 'integer', minimum: 0 };
  return { type: typeof value };
}

function makeSchema(rows) {
  const keys = rows.filter(({ path }) => path !== undefined);
  const ignored = valuesWithoutEffect();
  const childrenOf = (parent, paths) =>
    paths
      .filter((path) => path.slice(0, Math.max(path.lastIndexOf('.'), 0)) === parent)
      .map((path) => [path.slice(parent === '' ? 0 : parent.length + 1), path]);
  const block = (parent) => {
    const children = keys.filter(({ path }) => childrenOf(parent, [path]).length > 0);
    const properties = Object.fromEntries(
      children.map(({ path, about, value, isBlock }) => [
        path.slice(path.lastIndexOf('.') + 1),
        {
          description: about,
          ...(path === 'settings' ? settings() : isBlock ? block(path) : typeOf(value)),
          ...TYPES[path],
        },
      ]),
    );
    for (const [name, path] of childrenOf(parent, ignored))
      properties[name] = { description: `${path} of Port's own chart; no effect here.` };
    Object.assign(properties, ALSO[parent]);
    if (OPEN.includes(parent)) return { type: 'object', properties };
    const names = Object.keys(properties).sort();
    const wrong = Object.fromEntries(
      childrenOf(parent, Object.keys(WRONG)).map(([name, path]) => [name, misspelt(WRONG[path])]),
    );
    if (names.includes('enabled') && parent !== '') wrong.enable = misspelt(`${parent}.enabled`);
    return {
      type: 'object',
      properties: { ...properties, ...wrong },
      propertyNames: { enum: names },
      additionalProperties: false,
    };
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart komodor-port',
    ...block(''),
  };
}

/** Refuses every value, in words that end up in Helm's message. */
function misspelt(right) {
  return { const: `no value of this name. Use ${right}` };
}

/** The service's settings. .env.example lists them all. */
function settings() {
  const known = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').matchAll(
    /^(?:# )?([A-Z0-9_]+)=/gm,
  );
  const names = [...known].map(([, name]) => name).filter((name) => !(`settings.${name}` in WRONG));
  const wrong = Object.entries(WRONG).filter(([path]) => path.startsWith('settings.'));
  return {
    type: 'object',
    properties: Object.fromEntries(wrong.map(([path, right]) => [path.slice('settings.'.length), misspelt(right)])),
    propertyNames: { anyOf: [{ enum: names }, { pattern: OTHER_SETTINGS }] },
    additionalProperties: { type: ['string', 'number', 'boolean', 'object', 'array', 'null'] },
  };
}

/** JSON with short values on one line. */
function toJson(value, indent = '') {
  const line = JSON.stringify(value);
  if (line.length + indent.length <= 160 || Array.isArray(value)) return line;
  const entries = Object.entries(value).map(
    ([name, child]) => `${indent} ${JSON.stringify(name)}: ${toJson(child, `${indent} `)}`,
  );
  return `{\n${entries.join(',\n')}\n${indent}}`;
}

function makeTable(rows) {
  return rows
    .map(({ section, path, about, value, isBlock }) => {
      if (section !== undefined) return `\n### ${section}\n\n| Value | Default | Meaning |\n|---|---|---|`;
      const shown = isBlock ? '' : `\`${JSON.stringify(value)}\``;
      return `| \`${path}\` | ${shown} | ${about.replaceAll('|', '\\|')} |`;
    })
    .join('\n')
    .trim();
}

/** The entries of the shipped mapping that read a cluster, with the add-ons that all have to be on for them. */
function makeKinds() {
  const addOnsIn = (...owners) => owners.flatMap(({ addOn }) => addOn ?? []);
  const entries = readdirSync(MAPPINGS)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => parse(readFileSync(new URL(name, MAPPINGS), 'utf8')))
    .flatMap((file) => file.resources.map((entry) => ({ ...entry, addOns: addOnsIn(file, entry) })))
    .filter(({ kind }) => kind.includes('/'))
    .map(({ kind, addOns, selector: { namespaces = [] } }) => ({ kind, addOns, namespaces }));
  const lines = [...new Set(entries.map((entry) => `    ${JSON.stringify(entry)}`))];
  return `{\n  "entries": [${lines.length > 0 ? `\n${lines.join(',\n')}\n  ` : ''}]\n}\n`;
}

const rows = readValues(read('values.yaml'));
const readme = read('README.md');
const made = {
  'files/kinds.json': makeKinds(),
  'values.schema.json': `${toJson(makeSchema(rows))}\n`,
  'README.md': readme.replace(
    /(<!-- values -->\n).*(<!-- \/values -->)/s,
    (_, start, end) => `${start}\n${makeTable(rows)}\n\n${end}`,
  ),
};
const current = (path) => (existsSync(new URL(path, CHART)) ? read(path) : undefined);
const stale = Object.entries(made).filter(([path, content]) => current(path) !== content);
if (process.argv.includes('--check')) {
  for (const [path] of stale)
    console.error(`deploy/helm/komodor-port/${path} is not current: run node scripts/deploy/chart-files.mjs`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [path, content] of stale) writeFileSync(new URL(path, CHART), content);
}
