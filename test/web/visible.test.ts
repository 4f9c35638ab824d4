import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quoted, visible } from '../../web/ui/visible.ts';
import { HOSTILE } from './hostile-world.ts';

describe('texts from outside', () => {
  it('show what would hide or reorder others', () => {
    expect(visible('a\u202Eb\u001B[31m\u2028\u061C')).toBe('a⟨U+202E⟩b⟨U+001B⟩[31m⟨U+2028⟩⟨U+061C⟩');
    expect([visible(HOSTILE.emoji), visible(HOSTILE.rtl), visible('a\tb\nc')]).toEqual([
      ...[HOSTILE.emoji, HOSTILE.rtl, 'a\tb\nc'],
    ]);
  });

  it('reach a program as they are, pasted into a shell', () => {
    for (const text of [...Object.values(HOSTILE), '$(id)`id`', "it's \\u0041 \u0007'\\''", 'plain-1/2']) {
      const command = `printf %s ${quoted(text)}`;
      expect(visible(command)).toBe(command);
      const { stdout } = spawnSync('bash', ['-c', command], { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } });
      expect(stdout).toBe(text);
    }
  });
});
