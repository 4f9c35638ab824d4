import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runOfFile } from '../../src/answers/recorded-run.ts';
import { reportPage } from '../../src/answers/report-page.ts';
import type { ReportWithRows } from '../../src/core/change-rows.ts';
import { readProjectFile } from '../house/files.ts';

const AT = '2026-01-02T03:04:05.678Z';
const HOSTILE = `<script>alert(1)</script>"'&\u202egnp.exe\u001b[31m${'x'.repeat(1000)}`;

const blueprint = {
  blueprint: 'komodorService',
  status: 'blocked',
  ...{ created: 1, updated: 2, unchanged: 3, failed: 4, deleted: 0, stale: 15 },
} as const;

function reportWith(more: Partial<ReportWithRows>): ReportWithRows {
  return {
    runId: 'run-1',
    mode: 'resync',
    trigger: 'schedule',
    status: 'blocked',
    startedAt: AT,
    finishedAt: AT,
    durationMs: 1234,
    kinds: [],
    blueprints: [],
    problems: [],
    requests: { komodor: 1, port: 2, retries: 0, rateLimitWaitMs: 0 },
    changes: [],
    ...more,
  };
}

const pageOf = (more: Partial<ReportWithRows>) => reportPage(runOfFile(reportWith(more)), new AbortController().signal);

const update = (identifier: string, more: object = {}) => ({
  action: 'update' as const,
  outcome: 'done' as const,
  at: AT,
  blueprint: 'komodorService',
  identifier,
  title: 'api',
  properties: { status: { from: 'healthy', to: 'unhealthy' } },
  ...more,
});

/** What a reader sees: the text without tags. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf('<body>'), page.indexOf('<script>'));
  return body.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}

describe('the report page', () => {
  it('says first what the run came to, then its counts, then each row', async () => {
    const refused = update('b', { outcome: 'refused', error: { code: 'invalid', message: 'no such status' } });
    const source = { kind: 'komodorService', item: 'Deployment/prod/api', entries: ['resources[0]'] };
    const held = { ...update('c', { action: 'delete', outcome: 'held_back', reason: 'gone', detail: 'It is gone' }) };
    const text = textOf(
      await pageOf({
        changes: [update('a', { source }), refused, held],
        blueprints: [{ ...blueprint, deletionBlocked: null }],
      }),
    );
    expect(text).toMatch(/^ ?Resync blocked Port is up to date, but for deletions that wait for your approval\./);
    expect(text).toContain('Updated 1 0 1');
    expect(text).toContain('Deleted 0 1 0');
    expect(text).toContain('Port: no such status invalid');
    expect(text).toContain('status healthy → unhealthy');
    expect(text).toContain('from komodorService Deployment/prod/api, resources[0]');
    expect(text).toContain('1 deletion held back (1 gone)');
    expect(text).toContain('It is gone');
  });

  it('says what a plan is', async () => {
    const change = { ...update('a'), outcome: 'planned' as const };
    const setup = [{ what: 'mapping' as const, identifier: 'x', diff: '+ <b>\n- y' }];
    const page = await pageOf({ mode: 'plan', status: 'completed', changes: [change], setup });
    expect(textOf(page)).toContain('nothing was written');
    expect(textOf(page)).toContain('To update 1 0 0');
    expect(page).toContain('+ &lt;b&gt;\n- y\n');
  });

  it('has the exact command that approves a set, and none for a set that cannot be approved', async () => {
    const digest = '0123456789abcdef';
    const blocked = (reason: 'threshold' | 'incomplete') =>
      pageOf({ blueprints: [{ ...blueprint, deletionBlocked: { reason, count: 15, digest, sample: ['s'] } }] });
    expect(await blocked('threshold')).toContain(`<pre>komodor-port resync --approve-deletions ${digest}</pre>`);
    const other = await blocked('incomplete');
    expect(other).not.toContain('--approve-deletions');
    expect(other).toContain('This cannot be approved');
  });

  it('groups problems by their code, errors first, with a link to what to do', async () => {
    const problem = (code: 'field_failed' | 'upsert_failed', message: string) =>
      ({ code, severity: code === 'upsert_failed' ? 'error' : 'warning', message, count: 2, samples: [] }) as const;
    const page = await pageOf({
      problems: [problem('field_failed', 'one'), problem('upsert_failed', 'three'), problem('field_failed', 'two')],
    });
    expect(textOf(page)).toMatch(/error upsert_failed , 2 times\..*three.*warning field_failed , 4 times\..*one.*two/);
    const links = [...page.matchAll(/href="([^"#]+)#([^"]+)"/g)];
    expect(links.map(([, path]) => path)).toEqual(['docs/errors.md', 'docs/errors.md']);
    for (const [, path = '', anchor] of links) expect(readProjectFile(path).text).toContain(`### \`${anchor}\``);
    expect(existsSync('docs/deletion.md')).toBe(true);
  });

  it('takes all text from outside as text', async () => {
    const page = await pageOf({
      runId: HOSTILE,
      blueprints: [
        {
          ...blueprint,
          blueprint: HOSTILE,
          deletionBlocked: { reason: 'threshold', count: 1, digest: HOSTILE, sample: [HOSTILE] },
        },
      ],
      problems: [{ code: 'field_failed', severity: 'warning', message: HOSTILE, count: 1, samples: [HOSTILE] }],
      changes: [
        update(HOSTILE, {
          blueprint: HOSTILE,
          title: HOSTILE,
          properties: { [HOSTILE]: { from: HOSTILE, to: { [HOSTILE]: HOSTILE } } },
          detail: HOSTILE,
          error: { code: HOSTILE, message: HOSTILE },
          source: { kind: HOSTILE, item: HOSTILE, entries: [HOSTILE] },
        }),
        update('\ud800', { outcome: 'refused' }),
      ],
      setup: [{ what: 'mapping', identifier: HOSTILE, diff: HOSTILE }],
    });
    expect(page.match(/<script/g)).toHaveLength(1);
    for (const sign of ['\u202e', '\u001b']) expect(page).not.toContain(sign);
    // Nothing of it ends an attribute either.
    expect(page).not.toMatch(/="[^"]*alert\(1\)/);
  });

  it('loads nothing, and lets nothing run but its own style and script', async () => {
    const page = await pageOf({ changes: [update('a')] });
    const policy = /content="(default-src[^"]+)"/.exec(page)?.[1]?.replaceAll('&#39;', "'") ?? '';
    for (const [part, tag] of [
      ['style-src', 'style'],
      ['script-src', 'script'],
    ] as const) {
      const inside = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)?.[1] ?? '';
      const hash = createHash('sha256').update(inside).digest('base64');
      expect(policy).toContain(`${part} 'sha256-${hash}'`);
    }
    expect(policy).toMatch(/^default-src 'none';/);
    expect(page).not.toMatch(/https?:|src=|url\(|@import|style=|\son\w+=/);
  });

  it('leaves rows out where there are too many, never what was refused, and says so', async () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => update(`entity-${at}`, { blueprint: `b${at % 20}` }));
    const refused = update('the-refused', { blueprint: 'z', outcome: 'refused', error: { code: 'x', message: 'y' } });
    const page = await pageOf({ changes: [...rows, refused] });
    expect(page.length).toBeLessThan(3_000_000);
    expect(page).toContain('the-refused');
    expect(textOf(page)).toMatch(/This page shows 4000 of 10001 rows/);
    expect(textOf(page)).toMatch(
      /\d+ more are not on this page\. All of them: komodor-port changes run-1 --action update/,
    );
  });

  it('says why there are no rows', async () => {
    expect(textOf(await pageOf({ changes: [] }))).toContain('This run changed nothing.');
    const { changes: _, ...without } = reportWith({ blueprints: [{ ...blueprint, deletionBlocked: null }] });
    const page = await reportPage(runOfFile(without), new AbortController().signal);
    expect(textOf(page)).toContain('has counts, but not the changes');
    expect(textOf(page)).toContain('komodorService 1 2 3 4 0 15');
  });
});
