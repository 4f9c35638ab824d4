import { describe, expect, it, onTestFinished } from 'vitest';
import { DEFINITIONS } from '../../src/komodor/kinds.ts';
import { describeKind, objectionsTo } from './kind.contract.ts';
import { openStage } from './kind-stage.ts';

for (const definition of DEFINITIONS) describeKind(definition);

describe('a kind that proves nothing by its second read', () => {
  const provable = DEFINITIONS.filter(({ hasOtherCut }) => hasOtherCut);

  it.each(provable)('does not pass: $name', async (definition) => {
    const stage = await openStage();
    onTestFinished(() => stage.close());
    const kind = stage.bind(definition);
    const whole = await objectionsTo(kind, true, stage, (honest) => ({ ...honest, confirmAll: honest.read }));
    expect(whole).toContainEqual(expect.stringContaining('the second read of everything asks again'));
    const wide = await objectionsTo(kind, true, stage, (honest) => ({
      ...honest,
      confirm: (_place, signal) => honest.read(signal),
    }));
    expect(wide).toContainEqual(expect.stringContaining('the closer look asks again'));
  });
});
