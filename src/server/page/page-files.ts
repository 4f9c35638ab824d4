import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Where `npm run build` puts the page: the same place for the sources and for what is built from them. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../../dist/page/', import.meta.url));

/** A file that the page loads. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** The same, smaller. `undefined`: it is small as it is, as pictures are. Computed once, when first asked for. */
  gzipped(): Promise<Buffer> | undefined;
}

export interface PageFiles {
  /** With `%BASE%`, `%VERSION%` and `%NONCE%`. */
  readonly template: string;
  /** By the path under `assets/`. */
  readonly assets: ReadonlyMap<string, PageFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

const compress = promisify(gzip);

/** Reads the page into memory, where no address can lead out of its folder. `undefined`: it was not built. */
export function readPageFiles(folder: string): PageFiles | undefined {
  const template = join(folder, 'index.html');
  if (!existsSync(template)) return undefined;
  const assets = join(folder, 'assets');
  const names = existsSync(assets) ? readdirSync(assets, { recursive: true, encoding: 'utf8' }) : [];
  const files = names.filter((name) => statSync(join(assets, name)).isFile());
  return {
    template: readFileSync(template, 'utf8'),
    assets: new Map(files.map((name) => [name.replaceAll('\\', '/'), pageFile(join(assets, name))])),
  };
}

function pageFile(path: string): PageFile {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const bytes = readFileSync(path);
  let gzipped: Promise<Buffer> | undefined;
  return {
    ...{ type, bytes },
    gzipped() {
      if (!/text|json|svg/.test(type)) return undefined;
      gzipped ??= compress(bytes, { level: 9 });
      return gzipped;
    },
  };
}
