import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readFluxEvent } from '../../src/server/flux-event.ts';

/**
 * What Flux's controllers sent for one commit each, recorded by test/lab/flux.test.ts with FLUX_EVENTS=FILE: everything
 * about the objects that the Alert in deploy/flux/notifications/komodor-port names.
 */
const FOLDER = new URL('flux-events/', import.meta.url);
const EventsSchema = z.array(z.looseObject({ timestamp: z.string() }));

/** How many different resyncs the events of the commit ask for. */
const RESYNCS: Readonly<Record<string, number>> = {
  'first-install.json': 1,
  'value-change.json': 1,
  'readme-only.json': 1,
  'prune.json': 1,
  // Rolled back: the cluster is as it was before. Only the new chart with the old values, which came first, succeeded.
  'broken-value.json': 1,
  'mended-value.json': 1,
};

describe('events that Flux really sent', () => {
  it('are all here', () => {
    expect(readdirSync(fileURLToPath(FOLDER)).sort()).toEqual(Object.keys(RESYNCS).sort());
  });

  it.each(Object.entries(RESYNCS))('%s asks for %d resync', (file, count) => {
    const events = EventsSchema.parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')));
    const read = events.map((event) => readFluxEvent(event, Date.parse(event.timestamp)));
    const keys = read.flatMap((event) => (event.type === 'resync' ? [event.key] : []));
    expect(keys.length).toBeGreaterThanOrEqual(count);
    expect(new Set(keys).size).toBe(count);
  });
});
