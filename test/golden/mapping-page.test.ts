import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import { KOMODOR_KINDS } from '../../src/komodor/kinds.ts';
import { entitiesOf, mapItems } from './map-items.ts';

interface Example {
  readonly section: string;
  readonly entry: string;
  readonly item: string;
  readonly entities: string;
}

/** The examples of docs/mapping.md: three blocks that begin with `# entry`, `// item` and `// entities`. */
function examples(): readonly Example[] {
  const sections = readFileSync('docs/mapping.md', 'utf8').split(/^## /m).slice(1);
  return sections.flatMap((text) => {
    const [section = ''] = text.split('\n');
    const block = (first: string) => new RegExp(`^\`\`\`\\w+\\n${first}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(text)?.[1];
    const [entry, item, entities] = [block('# entry'), block('// item'), block('// entities')];
    return entry === undefined ? [] : [{ section, entry, item: item ?? '', entities: entities ?? '' }];
  });
}

describe('docs/mapping.md', () => {
  let found: readonly Example[] = [];
  beforeAll(() => {
    found = examples();
  });

  it('has its examples', () => {
    expect(found.map(({ section }) => section)).toEqual([
      'An entry',
      'Identifiers',
      'Properties',
      'Relations',
      'One item, several entities',
    ]);
  });

  it('shows what really comes out', async () => {
    for (const { section, entry, item, entities } of found) {
      const { mapping, problems } = parseMapping({ resources: parse(entry) }, section, KOMODOR_KINDS);
      expect(problems).toEqual([]);
      const kind = mapping.entries[0]?.kind ?? 'komodorService';
      const [rows] = await mapItems(mapping, kind, [JSON.parse(item)]);
      expect(entitiesOf(rows), section).toEqual(JSON.parse(entities));
    }
  });
});
