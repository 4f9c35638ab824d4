import { parseAllDocuments } from 'yaml';
import { listSettings } from '../../src/config/settings-schema.ts';
import { isMap, mapOf } from './strict-schema.ts';

/** Secrets that stand in a file in clear text; they must never be in Git. */

const NAMES = new Set([
  ...listSettings()
    .filter(({ secret }) => secret)
    .flatMap(({ name, oceanNames }) => [name, ...oceanNames]),
  ...['clientSecret', 'komodorApiKey', 'apiToken', 'webhookSecret', 'notifySecret', 'redisUrl', 'notifyUrl'],
  ...['password', 'redis-password', 'token', 'apiKey', 'accessKey', 'privateKey', 'connectionString'],
]);

/** What a secret looks like wherever it stands. */
const SHAPES = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}/,
  /\bgithub_pat_\w{40}/,
  /\bglpat-[\w-]{20}/,
  /\bxox[abprs]-[\w-]{10}/,
  /\bAIza[\w-]{35}/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./,
  /hooks\.slack\.com\/services\/T\w+\/B\w+\/\w+/,
  /\b(?:redis|rediss|https?):\/\/[^\s/:@]*:[^\s/@$]{3,}@/,
];

/** What may stand in the place of a secret: nothing, a variable, a template, or a word that says that it is none. */
function isHarmless(value: string): boolean {
  return value === '' || /[$]|\{\{|-of-the-test$/.test(value);
}

/** The secrets in a file, without their values. */
export function secretsIn(path: string, text: string): readonly string[] {
  const shapes = SHAPES.filter((shape) => shape.test(text)).map((shape) => `${path}: something like ${shape.source}`);
  const lines = text.split('\n').flatMap((line) => {
    const [, name = '', value = ''] = /^\s*(?:export\s+)?([\w-]+)=(.*)$/.exec(line) ?? [];
    return NAMES.has(name) && !isHarmless(value.trim()) ? [`${path}: ${name}`] : [];
  });
  const isYaml = /\.ya?ml$/.test(path) && !path.includes('/templates/');
  return [...shapes, ...lines, ...(isYaml ? inYaml(path, text) : [])];
}

function inYaml(path: string, text: string): readonly string[] {
  const documents = parseAllDocuments(text);
  return ('empty' in documents ? [] : documents).flatMap((document) => {
    const value: unknown = document.toJS();
    const own = isMap(value) && value.kind === 'Secret' ? [...keysOf(value.data), ...keysOf(value.stringData)] : [];
    return [...own.map((key) => `${path}: ${key} of a Secret`), ...walk(path, value)];
  });
}

function keysOf(data: unknown): readonly string[] {
  return Object.entries(mapOf(data)).flatMap(([key, value]) => (isHarmless(String(value)) ? [] : [key]));
}

function walk(path: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => walk(path, each));
  if (!isMap(value)) return [];
  const { name, value: literal } = value;
  const variable = typeof name === 'string' && NAMES.has(name) && typeof literal === 'string' && !isHarmless(literal);
  const here = Object.entries(value).filter(
    ([key, each]) => NAMES.has(key) && typeof each === 'string' && !isHarmless(each),
  );
  return [
    ...(variable ? [`${path}: ${name}`] : []),
    ...here.map(([key]) => `${path}: ${key}`),
    ...Object.values(value).flatMap((each) => walk(path, each)),
  ];
}
