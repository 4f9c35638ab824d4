import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { IDENTIFIER, it, type Stage } from './stage.ts';

/** Longer than two looks at Port's button. */
const TWO_LOOKS_MS = 2_500;

describe.concurrent("Port's Resync button", () => {
  it('leads to one run that starts after it, also when it is pressed during a run', async ({ open }) => {
    const stage = await open();
    const service = await stage.service();
    await service.settled();
    stage.komodor.faults.add('risks -> slow 2500 once');
    await service.request();
    await service.running();

    const pressedAt = Date.now();
    stage.store.integrations.requestResync(IDENTIFIER);
    const runs = await service.settled(3);
    expect(runs.map(({ trigger, status }) => `${trigger} ${status}`)).toEqual([
      'start completed',
      'http completed',
      'port completed',
    ]);
    const [, during, after] = runs;
    expect(Date.parse(after?.startedAt ?? '')).toBeGreaterThanOrEqual(pressedAt);
    expect(Date.parse(after?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(during?.finishedAt ?? ''));
    await sleep(TWO_LOOKS_MS);
    expect(await service.runs()).toHaveLength(3);
  });

  it('makes the next run follow the mapping that was edited in Port', async ({ open }) => {
    const stage = await open();
    const service = await stage.service();
    await service.settled();
    stage.expectTruth();

    editTitles(stage);
    stage.store.integrations.requestResync(IDENTIFIER);
    const [, run] = await service.settled(2);
    expect(run).toMatchObject({ trigger: 'port', status: 'completed' });
    const titles = stage.store.entitiesOf('komodorService').map(({ title }) => title);
    expect(titles.every((title) => title.endsWith(' (edited)'))).toBe(true);
    expect(titles).toHaveLength(stage.world.services.length);
  });

  it('is not pressed again by a restart, and not forgotten when it was pressed while nobody listened', async ({
    open,
  }) => {
    const stage = await open();
    const first = await stage.service();
    await first.settled();
    stage.store.integrations.requestResync(IDENTIFIER);
    await first.settled(2);
    await first.stop();

    const second = await stage.service();
    await second.settled();
    await sleep(TWO_LOOKS_MS);
    expect((await second.runs()).map(({ trigger }) => trigger)).toEqual(['start']);
    await second.stop();

    const third = await stage.service({ EVENT_LISTENER_INTERVAL: '3600', RESYNC_INTERVAL: 'off' });
    await third.settled();
    stage.store.integrations.requestResync(IDENTIFIER);
    await third.stop();
    const fourth = await stage.service();
    const runs = await fourth.settled();
    // The run of the start serves the click as well as one of its own.
    const served = runs.some(({ startedAt }) => Date.parse(startedAt ?? '') >= requestedAt(stage));
    expect(served).toBe(true);
  });
});

function requestedAt({ store }: Stage): number {
  return Date.parse(store.integrations.resyncRequestedAt(IDENTIFIER) ?? '');
}

/** What somebody does in Port's mapping editor. */
function editTitles({ store }: Stage): void {
  const text = stringify(store.integrations.get(IDENTIFIER)?.config ?? {});
  const edited = text.replace(/^(\s+title:) \.service$/m, '$1 .service + " (edited)"');
  expect(edited).not.toBe(text);
  store.integrations.change(IDENTIFIER, { config: parse(edited) });
}
