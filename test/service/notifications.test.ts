import { describe, expect } from 'vitest';
import { startChat } from '../notify/chat.ts';
import { removeServices } from '../resync/world-steps.ts';
import { until } from './caller.ts';
import { it } from './stage.ts';

describe('NOTIFY_URL', () => {
  it('tells of deletions that are held back, with the command that approves them, and when all is well', async ({
    open,
  }) => {
    const stage = await open();
    const [chat, deaf] = [await startChat(), await startChat(() => 'hang')];
    const notify = {
      NOTIFY_URL: `${deaf.url}, ${chat.url}`,
      NOTIFY_SECRET: 'canary-notify-secret',
      PUBLIC_URL: 'https://kp.example',
    };
    const service = await stage.service(notify);
    await service.settled();
    removeServices(stage.world, 20);
    const held = await service.ended((await service.request()).runId);
    expect(held.status).toBe('blocked');
    await until(() => chat.posted.length > 0);
    const [told] = chat.posted;
    expect(told?.signature).toMatch(/^sha256=[0-9a-f]{64}$/);
    expect(told?.body).toMatchObject({
      event: 'blocked',
      previous: 'ok',
      link: expect.stringContaining('https://kp.example/v1/runs/'),
    });
    const digest = /--approve-deletions ([0-9a-f]{16})/g;
    const approveDeletions = [...(told?.text ?? '').matchAll(digest)].map(([, each]) => each);
    const approved = await service.ended(
      (await service.request({ approveDeletions: [...new Set(approveDeletions)] })).runId,
    );
    expect(approved.status).toBe('completed');
    // On a busy machine one may be told twice.
    await until(() => chat.posted.some(({ text }) => text.includes('"recovered"')));
    expect(chat.posted.at(-1)?.body).toMatchObject({ event: 'recovered', previous: 'blocked' });
    for (const { text } of chat.posted) expect(text).not.toContain('canary');
    stage.expectTruth();
  });

  it('tells of a ONCE run that failed, before the process ends', async ({ open }) => {
    const stage = await open();
    stage.komodor.faults.add('services -> 403');
    stage.komodor.faults.add('validate -> 403');
    const chat = await startChat();
    const once = await stage.process({ EVENT_LISTENER: 'ONCE', NOTIFY_URL: chat.url });
    expect((await once.ended()).code, once.output()).toBe(1);
    expect(chat.posted).toMatchObject([{ body: { event: 'failed', problems: [{ code: 'komodor_auth' }] } }]);
    expect(once.output()).not.toContain('canary-path');
  });
});
