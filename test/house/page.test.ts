import { describe, expect, it } from 'vitest';
import { filesUnder, type ProjectFile } from './files.ts';

const scripts = [...filesUnder('web', '.ts'), ...filesUnder('web', '.tsx')].filter((file) => !isGenerated(file));
const styles = filesUnder('web', '.css').filter((file) => !file.path.endsWith('/tokens.css'));

function isGenerated({ path }: ProjectFile): boolean {
  return path === 'web/api/openapi.ts';
}

function lines({ text }: ProjectFile): number {
  return text.split('\n').length - 1;
}

describe('the sources of the page', () => {
  it('are small files', () => {
    const sizes = scripts.map(lines).toSorted((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(60);
    expect(scripts.filter((file) => lines(file) > 200).map(({ path }) => path)).toEqual([]);
  });

  it.each(styles)('$path takes colours and sizes of type from tokens.css', ({ text }) => {
    expect(text.match(/#[0-9a-f]{3,8}\b|\b(hsl|oklch)\(|font-size: (?!var)|font: (?!inherit|var)/gi) ?? []).toEqual([]);
  });

  it.each(scripts)('$path makes no HTML of text', ({ text }) => {
    expect(text).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/);
  });
});
