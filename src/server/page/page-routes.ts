import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { App } from '../app.ts';
import type { ServerContext } from '../dependencies.ts';
import { prefixOf } from '../prefix.ts';
import { PAGE_FOLDER, type PageFile, readPageFiles } from './page-files.ts';
import { plainPage } from './plain-page.ts';

/** The addresses of the page's views. All answer with the same template; a script shows the view. */
const VIEWS = [
  '/',
  '/timeline',
  '/runs/:id',
  '/runs/:id/held/:blueprint',
  '/plan',
  '/plan/:id',
  '/mapping',
  '/catalog',
  '/catalog/:blueprint/:identifier',
];

/** The operator's page. Its files need no token: they hold no data, and the page asks for the token by itself. */
export function addPage(app: App, { limits, publicUrl, version, pageFolder = PAGE_FOLDER }: ServerContext): void {
  const files = readPageFiles(pageFolder);
  const prefix = prefixOf(publicUrl);
  const template = files?.template ?? plainPage(prefix);
  // A count of their own: opening the page takes nothing from the limit of reads, and a busy client does not close it.
  const options = { config: { rateLimit: { max: limits.pageFilesPerMinute } } };

  for (const url of VIEWS) {
    app.get(url, { ...options, schema: { hide: true } }, async (_request, reply) => {
      const nonce = randomBytes(18).toString('base64');
      const values: Readonly<Record<string, string>> = { BASE: `${prefix}/`, VERSION: version, NONCE: nonce };
      return reply
        .header('content-security-policy', policyOf(nonce))
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(template.replace(/%(BASE|VERSION|NONCE)%/g, (mark, name: string) => inAttribute(values[name] ?? mark)));
    });
  }

  const schema = { hide: true, params: z.object({ '*': z.string() }) };
  app.get('/assets/*', { ...options, schema }, async ({ params, headers }, reply) => {
    const file = files?.assets.get(params['*']);
    if (file === undefined) return reply.callNotFound();
    // Vite gives names with a digest to all but what web/public has.
    const isFixed = /-[\w-]{8}\.\w+$/.test(params['*']);
    reply.header('cache-control', isFixed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600');
    return sendFile(reply, file, headers['accept-encoding']);
  });
}

async function sendFile(reply: FastifyReply, file: PageFile, accepted: string | string[] = ''): Promise<FastifyReply> {
  const gzipped = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(accepted)) ? await file.gzipped() : undefined;
  if (gzipped !== undefined) reply.header('content-encoding', 'gzip');
  return reply
    .header('vary', 'accept-encoding')
    .type(file.type)
    .send(gzipped ?? file.bytes);
}

/** Everything from this host, no script in the page's text, and in no frame. The editor's styles carry the nonce. */
function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function inAttribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;');
}
