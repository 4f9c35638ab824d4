import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VERDICTS } from '../../src/answers/explain/document.ts';

it('has a section with advice for every verdict, and for nothing else', () => {
  const page = readFileSync(new URL('../../docs/why-missing.md', import.meta.url), 'utf8');
  const sections = page.split(/^### /m).slice(1);
  expect(sections.map((section) => /^`(\w+)`/.exec(section)?.[1])).toEqual(Object.keys(VERDICTS));
  for (const section of sections) expect(section).toContain('**Do:**');
  for (const [verdict, meaning] of Object.entries(VERDICTS)) {
    const text = sections.find((section) => section.startsWith(`\`${verdict}\``))?.replaceAll(/\s+/g, ' ');
    expect(text).toContain(meaning);
  }
});
