import { describe, expect } from 'vitest';
import { explain, it, problemsOf } from '../resync/harness.ts';
import { servicesMapping } from '../resync/shipped.ts';
import { worldOf } from '../resync/world-steps.ts';

/** Objects that break readers: as JSON text, because some of them cannot be written as literals. */
const CORPUS = [
  '{"__proto__": {"polluted": "yes"}, "constructor": {"prototype": {"polluted": "yes"}}}',
  '{"toString": "x", "hasOwnProperty": "y", "valueOf": null, "then": "z"}',
  '{"": "empty", " ": "blank", "\\u0000": "nul", "\\u2028": "line", "\\ufeff": "bom"}',
  '{"big": 9007199254740991, "small": -9007199254740991, "tiny": 5e-324, "huge": 1.7976931348623157e308, "minus": -0.5}',
  '{"null": null, "true": true, "list": [], "object": {}, "nested": [[[[[{"a": [null]}]]]]]}',
  '{"quote": "\\"", "backslash": "\\\\", "slash": "\\/", "tab": "\\t", "escape": "\\u001b[31m", "html": "<script>"}',
  '{"jq": "\\\\(env)", "dollar": "$ENV", "template": "{{ .KOMODOR_API_KEY }}", "format": "%s%n", "sql": "\'; --"}',
  '{"nfc": "\\u00e9", "nfd": "e\\u0301", "rtl": "\\u202eabc", "emoji": "👩‍👩‍👧‍👦", "astral": "𝔘𝔫𝔦", "hangul": "각"}',
  '{"a.b/c": "kubernetes.io/name", "app.kubernetes.io/part-of": "x", "a[0]": 1, "a.b": 2, "*": 3}',
];

describe.concurrent('what Komodor sends', () => {
  it('prototype-keys: names, numbers and characters that break readers arrive as they were sent', async ({ start }) => {
    const worlds = CORPUS.map((text, at) => ({ service: `s${at}`, labels: JSON.parse(text) }));
    const harness = await start({ world: worldOf(...worlds), mapping: servicesMapping({}) });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    harness.expectTruth();
    for (const { properties } of harness.store.entitiesOf('komodorService')) {
      const at = Number(String(properties.service_name).slice(1));
      expect(JSON.stringify(sorted(properties.labels))).toBe(JSON.stringify(sorted(JSON.parse(CORPUS[at] ?? ''))));
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    harness.cutLogs();
    expect((await harness.run()).status).toBe('completed');
    expect(harness.portWrites()).toEqual([]);
  });

  it('label-bomb: thousands of labels, a deep nest and a huge note cost at most themselves', async ({ start }) => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`label-${at}`, `value ${at}`]));
    const deep = JSON.parse(`${'{"a":'.repeat(900)}1${'}'.repeat(900)}`);
    const huge = { note: 'x'.repeat(5_000_000) };
    const world = worldOf({ labels: many }, { labels: deep }, { annotations: huge }, { labels: huge }, {});
    const harness = await start({ world, mapping: servicesMapping({}) });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('degraded');
    expect(harness.store.entitiesOf('komodorService')).toHaveLength(5);
    const stored = harness.store.entitiesOf('komodorService').map(({ properties }) => properties.labels);
    expect(stored).toContainEqual(many);
    expect(problemsOf(report, 'entity_too_large')).toMatchObject([{ count: 1 }]);
    const named = report.problems.reduce((sum, { count }) => sum + count, 0);
    expect(named).toBe(2);
    expect(harness.port.log.filter(({ status }) => status === 413)).toEqual([]);
  });
});

/** With the keys of every object in one order; own keys only. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, inner]) => [key, sorted(inner)]);
}
