// Writes the types of what the service answers, for the page: from the OpenAPI document on stdin to TypeScript on stdout.
//   npx vitest run test/server/openapi-types.test.ts -u    renews web/api/openapi.ts
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { compile } from 'json-schema-to-typescript';

const { paths } = JSON.parse(await text(process.stdin));
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
);
const answers = operations.flatMap(([name, { responses }]) => {
  const schema = (responses['200'] ?? responses['202'])?.content?.['application/json']?.schema;
  return schema !== undefined && name.includes(' /v1/') ? [[name, schema]] : [];
});

const schema = {
  type: 'object',
  description: 'What the routes of the service answer when all is well.',
  properties: Object.fromEntries(answers),
  required: answers.map(([name]) => name),
};
const types = await compile(schema, 'Answers', {
  additionalProperties: false,
  bannerComment: '// Made from the OpenAPI document: npx vitest run test/server/openapi-types.test.ts -u',
  format: false,
  // Without this, a list of at most 100 becomes a choice of 100 tuples.
  ignoreMinAndMaxItems: true,
  unknownAny: true,
});

const biome = join(dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')), 'bin/biome');
const formatted = spawnSync(process.execPath, [biome, 'format', '--stdin-file-path=web/api/openapi.ts'], {
  input: types,
  encoding: 'utf8',
});
if (formatted.status !== 0) throw new Error(`biome could not format the types: ${formatted.stderr}`);
process.stdout.write(formatted.stdout);
