import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { customSchema, isMap, mapOf, quantity, type Schema, type SchemaFile, strictSchema } from './strict-schema.ts';

// Writes test/deploy/schemas/*.json from what scripts/deploy/schemas.sh has gathered:
// tsx test/deploy/make-schemas.ts FOLDER-OF-OPENAPI-DOCUMENTS FOLDER-OF-CRDS

const KINDS =
  'Deployment StatefulSet CronJob Job Pod Service ServiceAccount ConfigMap Secret PersistentVolumeClaim Namespace Ingress NetworkPolicy PodDisruptionBudget Role ClusterRole RoleBinding ClusterRoleBinding CustomResourceDefinition';
const CUSTOM_KINDS: { readonly [family: string]: string | undefined } = {
  'prometheus-operator': 'PodMonitor ServiceMonitor PrometheusRule',
};
/** A part that is shorter than that is not worth a reference. */
const WORTH_SHARING = 300;

const TARGET = new URL('./schemas/', import.meta.url);

/** The kinds of Kubernetes that manifests of ours use, and all that they refer to. */
function kubernetesFile(folder: string): SchemaFile {
  const documents = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => mapOf(JSON.parse(readFileSync(join(folder, file), 'utf8'))));
  const all = Object.assign({}, ...documents.map(({ components }) => mapOf(mapOf(components).schemas)));
  const definitions: Record<string, Schema> = {};
  const take = (name: string): void => {
    if (definitions[name]) return;
    definitions[name] = name.endsWith('.resource.Quantity') ? quantity : strictSchema(withoutStatus(mapOf(all[name])));
    const references = JSON.stringify(definitions[name]).matchAll(/"#\/definitions\/([^"]+)"/g);
    for (const [, reference = ''] of references) take(reference);
  };
  const kinds: Record<string, string> = {};
  for (const [name, schema] of Object.entries(all)) {
    for (const { group, version, kind } of kindsOf(mapOf(schema))) {
      if (!KINDS.split(' ').includes(kind) || !hasMetadata(mapOf(schema))) continue;
      take(name);
      kinds[[group, version, kind].filter(Boolean).join('/')] = `#/definitions/${name}`;
    }
  }
  return { $id: 'kubernetes', kinds, definitions };
}

function kindsOf(schema: Schema) {
  const kinds = schema['x-kubernetes-group-version-kind'];
  return (Array.isArray(kinds) ? kinds : []).map((entry: unknown) => {
    const { group, version, kind } = mapOf(entry);
    return { group: String(group), version: String(version), kind: String(kind) };
  });
}

function hasMetadata(schema: Schema): boolean {
  return mapOf(schema.properties).metadata !== undefined;
}

/** An object's status is not for manifests; an object is what has metadata. */
function withoutStatus(schema: Schema): Schema {
  if (!hasMetadata(schema)) return schema;
  const { status: _, ...properties } = mapOf(schema.properties);
  return { ...schema, properties };
}

/** The kinds of one family of CustomResourceDefinitions. */
function customFile(family: string, folder: string): SchemaFile {
  const wanted = CUSTOM_KINDS[family]?.split(' ');
  const kinds: Record<string, string> = {};
  const definitions: Record<string, Schema> = {};
  for (const file of readdirSync(folder)) {
    const spec = mapOf(mapOf(parse(readFileSync(join(folder, file), 'utf8'))).spec);
    const kind = String(mapOf(spec.names).kind);
    if (wanted && !wanted.includes(kind)) continue;
    for (const version of Array.isArray(spec.versions) ? spec.versions.map(mapOf) : []) {
      const name = `${kind}.${version.name}`;
      kinds[`${spec.group}/${version.name}/${kind}`] = `#/definitions/${name}`;
      definitions[name] = customSchema(mapOf(mapOf(version.schema).openAPIV3Schema));
    }
  }
  return { $id: family, kinds, definitions: shared(definitions) };
}

/** The same definitions, with what stands in several places kept once. */
function shared(definitions: { readonly [name: string]: Schema }): { readonly [name: string]: Schema } {
  const counts = new Map<string, number>();
  const count = (value: unknown): void => {
    const text = JSON.stringify(value);
    if (text === undefined || text.length < WORTH_SHARING) return;
    const before = counts.get(text) ?? 0;
    counts.set(text, before + 1);
    if (before === 0 && typeof value === 'object' && value !== null)
      for (const part of Object.values(value)) count(part);
  };
  for (const definition of Object.values(definitions)) count(definition);
  const parts = new Map<string, { readonly name: string; readonly schema: Schema }>();
  const share = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(share);
    if (!isMap(value)) return value;
    const text = JSON.stringify(value);
    const known = parts.get(text);
    if (known) return { $ref: `#/definitions/${known.name}` };
    const result = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, share(part)]));
    if ((counts.get(text) ?? 0) < 2 || !isSchema(value)) return result;
    const name = `part${parts.size + 1}`;
    parts.set(text, { name, schema: result });
    return { $ref: `#/definitions/${name}` };
  };
  const kinds = Object.entries(definitions).map(([name, schema]) => [name, mapOf(share(schema))] as const);
  return Object.fromEntries([...kinds, ...[...parts.values()].map(({ name, schema }) => [name, schema] as const)]);
}

/** Whether it is a schema itself, and not a map of schemas by field. */
function isSchema(value: Schema): boolean {
  return typeof value.type === 'string' || Array.isArray(value.type);
}

const [openapi = '', crds = ''] = process.argv.slice(2);
mkdirSync(TARGET, { recursive: true });
for (const file of [
  kubernetesFile(openapi),
  ...readdirSync(crds).map((family) => customFile(family, join(crds, family))),
]) {
  writeFileSync(new URL(`${file.$id}.json`, TARGET), `${JSON.stringify(file)}\n`);
}
