import { describe, expect, it } from 'vitest';
import { redactor } from '../../src/core/redact.ts';
import type { RunReport } from '../../src/core/report.ts';
import { bodyFor } from '../../src/notify/body.ts';
import { noticeOf } from '../../src/notify/notice.ts';

const HOSTILE = '<!channel> @all `rm` <https://evil.example|ok> \u202e\u0007 *b* '.repeat(20);

function noticeAbout(sample: readonly string[], message: string, blueprints = 1) {
  const held = { reason: 'threshold', count: 1_000, digest: '0123456789abcdef', sample } as const;
  const counts = { created: 0, updated: 0, unchanged: 0, failed: 0, deleted: 0, stale: 1_000 };
  const problem = { code: 'upsert_failed', severity: 'error', message, count: 3, samples: [] } as const;
  const report: RunReport = {
    ...{ runId: 'run-1', mode: 'resync', trigger: 'schedule', status: 'blocked', startedAt: '', finishedAt: '' },
    ...{ durationMs: 0, kinds: [], requests: { komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 } },
    blueprints: Array.from({ length: blueprints }, (_, index) => ({
      ...{ blueprint: `blueprint${index}`, status: 'blocked', ...counts, deletionBlocked: held },
    })),
    problems: Array.from({ length: 20 }, () => problem),
  };
  const sender = { integration: 'my', publicUrl: undefined, redact: redactor(['canary-secret-4711']) };
  return noticeOf({ condition: 'blocked', previous: 'ok', at: new Date(0), report }, sender);
}

const HOSTS = {
  slack: 'hooks.slack.com',
  mattermost: 'chat.example.com',
  teams: 'prod-12.westeurope.logic.azure.com',
  'teams, its older hooks': 'example.webhook.office.com',
} as const;

describe.each(Object.entries(HOSTS))('a notification for %s', (name, host) => {
  const isTeams = name.startsWith('teams');

  it('has a text that the chat shows as it is', () => {
    const body: unknown = JSON.parse(bodyFor(host, noticeAbout(['api'], 'Port said no')));
    expect(body).toMatchObject({ event: 'blocked', text: expect.stringContaining('1000 not deleted') });
    // Mattermost takes `type` for the kind of post, and both take `attachments` for their own.
    if (!isTeams) expect(Object.keys(Object(body))).not.toEqual(expect.arrayContaining(['type', 'attachments']));
    else
      expect(body).toMatchObject({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: {
              type: 'AdaptiveCard',
              body: expect.arrayContaining([{ type: 'TextBlock', text: expect.any(String), wrap: true }]),
            },
          },
        ],
      });
  });

  it('is never too large, and says its text then too', () => {
    for (const text of ['x'.repeat(100_000), '✗'.repeat(100_000), '"\\\n'.repeat(10_000), HOSTILE]) {
      const body = bodyFor(host, noticeAbout(Array(50).fill(text), text, 200));
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(24 * 1024);
      expect(JSON.parse(body)).toMatchObject({ text: expect.stringContaining('deletions are held back') });
    }
  });
});

describe('the text of a notification', () => {
  it('gives no name from outside a meaning in a chat', () => {
    for (const blueprints of [1, 3, 10]) expectHarmless(noticeAbout(Array(9).fill(HOSTILE), HOSTILE, blueprints).text);
  });

  function expectHarmless(text: string): void {
    for (const character of ['<', '>', '\u202e', '\u0007']) expect(text).not.toContain(character);
    // Outside of code spans nothing of it is left.
    expect(text.replaceAll(/`[^`]*`/g, '')).not.toMatch(/`|@all|evil|channel/);
  }

  it('has no secret, in none of its fields', () => {
    const secret = 'canary-secret-4711';
    expect(bodyFor('x', noticeAbout([secret], `refused ${secret} and ${encodeURIComponent(secret)}`))).not.toContain(
      secret,
    );
  });
});
