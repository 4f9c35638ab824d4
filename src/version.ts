import { readFileSync } from 'node:fs';

const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The version in package.json. Port shows it and keeps it in the datasource of every entity we write. */
export const VERSION: string = String(Reflect.get(Object(manifest), 'version'));
