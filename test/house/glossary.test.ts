import {
  isClassDeclaration,
  isIdentifier,
  isInterfaceDeclaration,
  isTypeAliasDeclaration,
} from 'typescript/unstable/ast/is';
import { describe, expect, it } from 'vitest';
import { readProjectFile } from './files.ts';
import { nodesIn, type ParsedFile, parsedFiles } from './program.ts';

const page = readProjectFile('docs/glossary.md').text;
const [explained = '', forbidden = ''] = page.split('\n## Names that are not used\n');
const sources = parsedFiles.filter(({ path }) => path.startsWith('src/'));

/** The cells of the tables' first columns. */
function firstCells(text: string): readonly string[] {
  const rows = [...text.matchAll(/^\| (.+?) \|/gm)].map(([, cell]) => cell ?? '');
  return rows.filter((cell) => !['Word', 'Not'].includes(cell));
}

const names = new Set(firstCells(forbidden).flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name)));

/** Identifiers of a file that the glossary forbids. */
function forbiddenIn({ path, source }: ParsedFile): readonly string[] {
  const found = [...nodesIn(source)].filter(isIdentifier).map((node) => node.text);
  return [...new Set(found)].filter((name) => names.has(name)).map((name) => `${path}: ${name}`);
}

describe('docs/glossary.md', () => {
  it('gives each word one meaning', () => {
    const words = firstCells(explained).flatMap((cell) => cell.split(', '));
    expect(words.length).toBeGreaterThan(50);
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });

  it('forbids names, and none of them is an identifier of the sources', () => {
    expect(names.size).toBeGreaterThan(30);
    expect(sources.flatMap(forbiddenIn)).toEqual([]);
  });
});

describe('an exported type', () => {
  // The stand-ins import nothing of the product, so they name things of both APIs for themselves.
  const product = sources.filter(({ path }) => !path.startsWith('src/sandbox/'));

  it('has a name of its own', () => {
    const exported = product.flatMap(({ path, source }) =>
      [...source.statements]
        .filter((node) => isInterfaceDeclaration(node) || isTypeAliasDeclaration(node) || isClassDeclaration(node))
        .filter((node) => node.getText(source).startsWith('export '))
        .flatMap(({ name }) => (name === undefined ? [] : [{ path, name: name.text }])),
    );
    expect(exported.length).toBeGreaterThan(200);
    const twice = exported.filter(({ name }) => exported.filter((other) => other.name === name).length > 1);
    expect(twice).toEqual([]);
  });
});
