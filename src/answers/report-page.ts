import { groupChanges } from './change-groups.ts';
import { Html, html } from './html.ts';
import type { RecordedRun } from './recorded-run.ts';
import { blueprintRows, cut, fittingGroups, ROWS_OF_A_GROUP } from './report-rows.ts';
import { REPORT_POLICY, SCRIPT, STYLE } from './report-style.ts';
import { blueprintCounts, countsOf, headOf, heldBack, problemsOf } from './report-summary.ts';

/** A run as one HTML page that needs nothing else: no other host, and no script to be read. */
export async function reportPage(recorded: RecordedRun, signal: AbortSignal): Promise<string> {
  const { run, report } = recorded;
  const groups = await groupChanges(recorded.rows({}, signal), ROWS_OF_A_GROUP);
  const shown = fittingGroups(groups);
  const all = groups.reduce((sum, { count }) => sum + count, 0);
  const onPage = shown.reduce((sum, { rows }) => sum + rows.length, 0);
  const blueprints = [...new Set(groups.map(({ blueprint }) => blueprint))];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${REPORT_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${run.status ?? 'not finished'}: ${run.mode} ${cut(run.runId)}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${headOf(recorded)}<main>
${countsOf(run)}${report && heldBack(report.blueprints)}${report && problemsOf(report.problems)}${report && setupOf(report.setup ?? [])}${
  groups.length === 0
    ? null
    : html`<h2>Row by row</h2>
${onPage < all ? html`<p class="box">This page shows ${onPage} of ${all} rows, deletions and refusals first. All of them: <code>komodor-port changes ${cut(run.runId)} --format csv</code></p>` : null}
<div id="find"></div>
${blueprints.map((blueprint) =>
  blueprintRows(
    blueprint,
    shown.filter((group) => group.blueprint === blueprint),
    cut(run.runId),
  ),
)}`
}${report && blueprintCounts(report.blueprints)}
</main>
<footer>Made by komodor-port. Times are UTC. This file is whole in itself; it loads nothing.</footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function setupOf(setup: NonNullable<NonNullable<RecordedRun['report']>['setup']>): Html | null {
  if (setup.length === 0) return null;
  return html`<h2>Set up first</h2>
${setup.map(({ what, identifier, diff }) => html`<details><summary>${what} <bdi>${cut(identifier)}</bdi></summary><pre>${diff.split('\n').map((line) => html`${line}\n`)}</pre></details>\n`)}`;
}
