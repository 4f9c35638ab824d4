import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../src/telemetry/logger.ts';

const OUTSIDE = 'a\u001b]0;x\u0007b\u009b2Jc\u202ed\re\u007f \\u0041 "q"';

afterEach(() => vi.restoreAllMocks());

describe('a log line', () => {
  it.each(['pretty', 'json'] as const)('carries no control character from outside to a terminal: %s', (format) => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => lines.push(String(chunk)) > 0);
    const logger = createLogger({ level: 'info', format, secrets: [] });
    logger.warn({ detail: OUTSIDE, [OUTSIDE]: 1, nested: { deep: OUTSIDE }, err: new Error(OUTSIDE) }, OUTSIDE);
    expect(lines.join('')).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(lines.join('')).toContain('u001b]0;x');
    if (format === 'json') expect(JSON.parse(lines.join(''))).toMatchObject({ detail: OUTSIDE, msg: OUTSIDE });
  });
});
