import type { App } from './app.ts';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>komodor-port</title>
<h1>komodor-port</h1>
<p>Keeps Port's catalog true to what Komodor sees.</p>
<ul>
  <li><a href="/v1/runs">Runs</a></li>
  <li><a href="/health/ready">Readiness</a></li>
  <li><a href="/metrics">Metrics</a></li>
  <li><a href="/docs">API documentation</a></li>
</ul>
</html>
`;

/** GET /: a page with links to the other pages. */
export function addStartPage(app: App): void {
  app.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(PAGE),
  );
}
