import { describe, expect, it } from 'vitest';
import { patternTest } from '../../../src/core/schema/pattern.ts';

const evil = `${'a'.repeat(5000)}!`;

describe('a pattern that a user wrote', () => {
  // Each of these would keep an engine that tries every way busy for years. A test that hangs is one that fails.
  it.each([
    '^(a+)+$',
    '^(a|a)*$',
    '^(a|aa)+$',
    '(a*)*b',
    '^(a?){5000}b',
    '(?:a+){2,}b',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '.*.*.*.*=.*',
    '^(?=(a+)+$)b',
    '^(?<x>a+)+$',
    '(a)\\1*',
    '(a+){64}b',
    `${'a?'.repeat(60)}b`,
    `${'(a|b)'.repeat(40)}c`,
    'a'.repeat(2000),
  ])('is left to Port where it could take long: %s', (pattern) => {
    expect(patternTest(pattern)(evil)).toBeUndefined();
  });

  it.each(['(', '[a', 'a{2,1}', '\\', '*a', '(?<a', '\\k<x>'])('is left to Port when it is none: %s', (pattern) => {
    expect(patternTest(pattern)('a')).toBeUndefined();
  });

  it.each([
    ['^[a-z]+$', 'a'.repeat(5000), true],
    ['^[a-z]+$', evil, false],
    ['^v?\\d+\\.\\d+\\.\\d+$', 'v1.22.333', true],
    ['^[\\]()*+?{]+$', ']()*+?{', true],
    ['^\\u{1F44D}$', '👍', true],
    ['a|b', 'xb', true],
    ['^(\\d{1,3}\\.){3}\\d{1,3}$', '10.0.0.1', true],
    ['^(\\d{1,3}\\.){3}\\d{1,3}$', '10.0.0', false],
  ])('is tried where that is quick: %s', (pattern, text, expected) => {
    expect(patternTest(pattern)(text)).toBe(expected);
  });
});
