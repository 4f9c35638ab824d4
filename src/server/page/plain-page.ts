const LINKS = [
  ['v1/status', 'Status'],
  ['v1/runs', 'Runs'],
  ['v1/timeline', 'What happened'],
  ['health/ready', 'Readiness'],
  ['metrics', 'Metrics'],
  ['docs', 'API documentation'],
] as const;

/** What is shown in place of the operator's page where it was not built, as in a checkout of the sources. */
export function plainPage(prefix: string): string {
  const items = LINKS.map(([path, name]) => `  <li><a href="${prefix}/${path}">${name}</a></li>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>komodor-port</title>
<h1>komodor-port</h1>
<p>Keeps Port's catalog true to what Komodor sees.</p>
<p>The operator's page was not built. Run <code>npm run build</code> and start the service again.
Everything that the page shows is also here:</p>
<ul>
${items.join('\n')}
</ul>
</html>
`;
}
