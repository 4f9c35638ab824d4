import type { ClassDeclaration, Identifier, Node, PropertyName } from 'typescript/unstable/ast';
import {
  isArrowFunction,
  isClassDeclaration,
  isFunctionExpression,
  isFunctionTypeNode,
  isGetAccessorDeclaration,
  isIdentifier,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isObjectLiteralExpression,
  isParenthesizedExpression,
  isPropertyAssignment,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isReturnStatement,
  isTypeLiteralNode,
} from 'typescript/unstable/ast/is';
import type { Type } from 'typescript/unstable/sync';
import { describe, expect, it } from 'vitest';
import { checker, nodesIn, type ParsedFile, parsedFiles } from './program.ts';
import { Reads } from './reads.ts';

// What a module exports and nobody imports, knip finds. It does not look into classes and objects: this does.

/** What only tests need, and why. */
const FOR_TESTS: Readonly<Record<string, string>> = {};

interface Member {
  readonly path: string;
  readonly name: Identifier;
}

/** Members of a file's classes, and the functions among those of its interfaces and of the objects that functions return. */
function membersIn({ path, source }: ParsedFile): readonly Member[] {
  // What has no name of ours, such as [Symbol.iterator], the language reads.
  const named = (names: readonly (PropertyName | undefined)[]) =>
    names.flatMap((name) => (name && isIdentifier(name) ? [{ path, name }] : []));
  return [...nodesIn(source)].flatMap((node) => {
    if (isClassDeclaration(node)) return named(ownMembers(node));
    if (isInterfaceDeclaration(node) || isTypeLiteralNode(node)) return named(node.members.map(functionOfType));
    if (!isObjectLiteralExpression(node) || !isReturned(node) || checker.getContextualType(node)) return [];
    return named(node.properties.map(functionOfObject));
  });
}

/** Without what a class has because it extends or implements something: who knows that may read it there. */
function ownMembers(declaration: ClassDeclaration): readonly (PropertyName | undefined)[] {
  const clauses = declaration.heritageClauses?.flatMap(({ types }) => [...types]) ?? [];
  const above = clauses.flatMap((clause) => checker.getTypeAtLocation(clause) ?? []);
  const isAbove = (name: string) => above.some((type) => checker.getPropertyOfType(type, name) !== undefined);
  return declaration.members.map((member) => {
    const isNamed = isMethodDeclaration(member) || isPropertyDeclaration(member) || isGetAccessorDeclaration(member);
    return isNamed && !isAbove(member.name.getText()) ? member.name : undefined;
  });
}

function isReturned(object: Node): boolean {
  const { parent } = object;
  return isReturnStatement(parent) || (isParenthesizedExpression(parent) && isArrowFunction(parent.parent));
}

function functionOfType(member: Node): PropertyName | undefined {
  if (isMethodSignatureDeclaration(member)) return member.name;
  const isFunction = isPropertySignatureDeclaration(member) && member.type && isFunctionTypeNode(member.type);
  return isFunction ? member.name : undefined;
}

function functionOfObject(member: Node): PropertyName | undefined {
  if (isMethodDeclaration(member)) return member.name;
  if (!isPropertyAssignment(member)) return undefined;
  return isArrowFunction(member.initializer) || isFunctionExpression(member.initializer) ? member.name : undefined;
}

/** The members of files that none of the readers reads. */
function unread(files: readonly ParsedFile[], readers: readonly ParsedFile[]): readonly string[] {
  const reads = new Reads(readers);
  const members = files.flatMap(membersIn);
  const symbols = checker.getSymbolAtLocation(members.map(({ name }) => name));
  return members.flatMap(({ path, name }, index) => {
    const symbol = symbols[index];
    const member = `${path} ${name.getText()}`;
    return symbol && !reads.has(symbol, typeOf(name.parent.parent)) && !(member in FOR_TESTS) ? [member] : [];
  });
}

/** The type that a class or an interface declares. */
function typeOf(declaration: Node): Type | undefined {
  const name = isClassDeclaration(declaration) || isInterfaceDeclaration(declaration) ? declaration.name : undefined;
  const symbol = name && checker.getSymbolAtLocation(name);
  return symbol && checker.getDeclaredTypeOfSymbol(symbol);
}

const within = (...folders: readonly string[]) =>
  parsedFiles.filter(({ path }) => folders.some((folder) => path.startsWith(folder)));

describe('members', () => {
  it('of the product are read by more than tests', () => {
    const product = within('src/').filter(({ path }) => !path.startsWith('src/sandbox/'));
    expect(product.flatMap(membersIn).length).toBeGreaterThan(300);
    expect(unread(product, within('src/', 'bench/'))).toEqual([]);
  });

  it('of the stand-ins are read, be it by tests', () => {
    expect(unread(within('src/sandbox/'), parsedFiles)).toEqual([]);
  });

  it('that nobody reads would be found', () => {
    const example = new Example();
    const key: 'byName' | 'byOtherName' = example.byAccess ? 'byName' : 'byOtherName';
    const { byPattern } = example;
    const other: OtherContract = example.contract;
    expect([example.contract.called(), byPattern, example[key], makeObject().called()]).toEqual([1, 2, 3, 4]);
    expect(other.calledThere()).toBe(5);
    const here = within('test/house/members.test.ts');
    expect(unread(here, here).map((member) => member.split(' ')[1])).toEqual(['notCalled', 'neither', 'unread', 'nor']);
  });
});

interface Contract {
  called(): number;
  calledThere(): number;
  notCalled?(): void;
  readonly neither?: () => void;
  /** Data, which may be read elsewhere: in a report, by a library. */
  readonly data: string;
}

interface OtherContract {
  calledThere(): number;
}

class Example implements Iterable<number> {
  readonly byAccess = true;
  readonly byPattern = 2;
  readonly byName = 3;
  readonly byOtherName = 3;
  readonly contract: Contract = { called: () => 1, calledThere: () => 5, data: '' };
  unread = '';

  [Symbol.iterator](): Iterator<number> {
    return [][Symbol.iterator]();
  }
}

function makeObject() {
  return { called: () => 4, nor: () => 5 };
}
