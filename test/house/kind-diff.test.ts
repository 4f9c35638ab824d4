import { expect, it } from 'vitest';
import { readProjectFile } from './files.ts';

it('CONTRIBUTING shows of a real kind only what its files say', () => {
  const { text } = readProjectFile('CONTRIBUTING.md');
  const [, diff = ''] = /<!-- a kind as a diff -->\s*```diff\n([\s\S]*?)```/.exec(text) ?? [];
  const parts = diff.split(/^\+\+\+ /m).filter((part) => part !== '');
  expect(parts).toHaveLength(4);
  for (const part of parts) {
    const [path = '', ...lines] = part.trimEnd().split('\n');
    const file = readProjectFile(path).text.split('\n');
    for (const line of lines) expect(file, path).toContain(line.slice(1));
  }
});
