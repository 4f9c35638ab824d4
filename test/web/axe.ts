import axe, { type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

/** The page as axe is there; the policy forbids a script tag, not this. */
interface WithAxe {
  readonly axe?: typeof axe;
}

/** What axe-core objects to on a page, a line each: the rule, the element, and why. `rules`: only these. */
export async function violationsOf(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  if (!(await page.evaluate(() => (window as WithAxe).axe !== undefined))) await page.evaluate(axe.source);
  const options: RunOptions = {
    resultTypes: ['violations'],
    ...(rules && { runOnly: { type: 'rule', values: [...rules] } }),
  };
  const found = await page.evaluate((given) => (window as WithAxe).axe?.run(document, given), options);
  if (found === undefined) throw new Error('axe is not there');
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary?.replaceAll(/\s+/g, ' ')}`),
  );
}
