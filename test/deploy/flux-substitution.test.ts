// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Flux, not of JavaScript.
import { describe, expect, it } from 'vitest';
import { substitute, variablesIn } from './flux-substitution.ts';

// The answers are those of Flux' own envsubst (github.com/fluxcd/pkg/envsubst, strict).
describe('the substitution of Flux', () => {
  it.each([
    ['a: ${A}', { A: '1' }, 'a: 1'],
    ['a: ${A}', { A: '' }, 'a: '],
    ['a: ${A:=b}', {}, 'a: b'],
    ['a: ${A:=b}', { A: '' }, 'a: b'],
    ['a: ${A:-b}', {}, 'a: b'],
    ['a: ${A=b}', {}, 'a: b'],
    ['a: ${A:=}', {}, 'a: '],
    ['a: ${A:=https://api.port.io/v1?x=1}', {}, 'a: https://api.port.io/v1?x=1'],
    ['a: ${A:=b}/${C:=d}', { C: 'e' }, 'a: b/e'],
    ['a: ${A}', { A: 'one\ntwo' }, 'a: onetwo'],
    ['a: $${A}', { A: '1' }, 'a: ${A}'],
    ['a: $A $', { A: '1' }, 'a: $A $'],
    ['# {"$imagepolicy": "flux-system:komodor-port:tag"}', {}, '# {"$imagepolicy": "flux-system:komodor-port:tag"}'],
  ])('makes of %j with %j %j', (text, variables, result) => expect(substitute(text, variables)).toBe(result));

  it('stops where a variable without a default is not set', () => {
    expect(() => substitute('url: ${datasource}', {})).toThrow('variable not set (strict mode): "datasource"');
  });

  it.each(['${A^^}', '${A:=${B}}', '${#A}', '${A/b/c}', '${', '${A'])(
    'refuses %j, which nothing here needs',
    (text) => {
      expect(() => substitute(text, { A: '1', B: '2' })).toThrow('Not a variable of this tree');
    },
  );

  it('knows which variables a text has', () => {
    expect(variablesIn('${A} ${B:=c} $${D} $E')).toEqual([
      { name: 'A', hasDefault: false },
      { name: 'B', hasDefault: true },
    ]);
  });
});
