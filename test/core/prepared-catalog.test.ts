import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import type { Mapping } from '../../src/core/model.ts';
import { RecordingCatalog } from '../../src/core/plan.ts';
import { type PreparedCatalog, prepareWhole } from '../../src/core/prepared-catalog.ts';
import type { Problem } from '../../src/core/report.ts';
import { underWay } from '../../src/core/under-way.ts';
import { memoryCatalog } from './memory-catalog.ts';

const MAPPING: Mapping = {
  entries: [],
  disabled: [],
  flags: {
    enableMergeEntity: true,
    deleteDependentEntities: false,
    createMissingRelatedEntities: false,
    entityDeletionThreshold: 0.9,
  },
};
const signal = new AbortController().signal;

function problem(message: string): Problem {
  return { code: 'blueprint_failed', severity: 'warning', message, count: 1, samples: [] };
}

async function catalogWith(changed: Partial<PreparedCatalog>) {
  const { catalog } = memoryCatalog({}, MAPPING);
  const prepared = await catalog.prepare(signal);
  return { ...catalog, prepare: async () => ({ ...prepared, ...changed }) };
}

const FAILURE = new AppError('port_failed', 'Could not prepare Port: it is down');

describe('a prepared catalog', () => {
  it('gives, when it is waited for, the problems of the blueprints before those of the mapping', async () => {
    const setup = [{ what: 'mapping', identifier: 'ours', before: undefined, after: {} }] as const;
    const ready = Promise.resolve({ problems: [problem('of a blueprint')], setup });
    const whole = await prepareWhole(await catalogWith({ problems: [problem('of the mapping')], ready }), signal);
    expect(whole.problems.map(({ message }) => message)).toEqual(['of a blueprint', 'of the mapping']);
    expect(whole.setup).toEqual(setup);
    expect(whole).not.toHaveProperty('ready');
  });

  it('fails with the set-up', async () => {
    const catalog = await catalogWith({ ready: underWay(Promise.reject(FAILURE)) });
    await expect(prepareWhole(catalog, signal)).rejects.toBe(FAILURE);
  });

  it('ends nothing when its set-up fails and nobody waits for it', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const recording = new RecordingCatalog(await catalogWith({ ready: underWay(Promise.reject(FAILURE)) }));
      const { ready } = await recording.prepare(signal);
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
      await expect(ready).rejects.toBe(FAILURE);
      expect(recording.setup).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
