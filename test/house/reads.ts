import type { ElementAccessExpression, ObjectBindingPattern } from 'typescript/unstable/ast';
import {
  isElementAccessExpression,
  isIdentifier,
  isObjectBindingPattern,
  isPropertyAccessExpression,
} from 'typescript/unstable/ast/is';
import type { Symbol as Member } from 'typescript/unstable/sync';
import { checker, nodesIn, type ParsedFile } from './program.ts';

/** Which members of classes, interfaces and objects are read by name: `a.b`, `a['b']`, `const { b } = a`. */
export class Reads {
  readonly #places = new Set<string>();

  /** @param files whose reading counts */
  constructor(files: readonly ParsedFile[]) {
    for (const { source } of files) {
      const nodes = [...nodesIn(source)];
      const accesses = nodes.filter(isPropertyAccessExpression);
      for (const member of checker.getSymbolAtLocation(accesses.map(({ name }) => name))) this.#note(member);
      for (const pattern of nodes.filter(isObjectBindingPattern)) this.#noteAll(pattern);
      for (const access of nodes.filter(isElementAccessExpression)) this.#noteNamed(access);
    }
  }

  has(member: Member): boolean {
    return placesOf(member).some((place) => this.#places.has(place));
  }

  #note(member: Member | undefined): void {
    for (const place of placesOf(member)) this.#places.add(place);
  }

  #noteAll(pattern: ObjectBindingPattern): void {
    const type = checker.getTypeAtLocation(pattern);
    for (const { name, propertyName, dotDotDotToken } of pattern.elements) {
      const read = propertyName ?? name;
      if (type && read && isIdentifier(read) && !dotDotDotToken) this.#note(checker.getPropertyOfType(type, read.text));
    }
  }

  /** `observer[event]`, where the type of `event` says which members that may be. */
  #noteNamed({ expression, argumentExpression }: ElementAccessExpression): void {
    const owner = checker.getTypeAtLocation(expression);
    const key = checker.getTypeAtLocation(argumentExpression);
    const type = owner && checker.getNonNullableType(owner);
    if (!type || !key) return;
    for (const each of key.isUnionType() ? key.getTypes() : [key]) {
      if (each.isStringLiteralType()) this.#note(checker.getPropertyOfType(type, each.value));
    }
  }
}

/** Where a member is declared: of a union of types, each of its declarations. */
function placesOf(member: Member | undefined): readonly string[] {
  return member?.declarations.map(({ path, index }) => `${path} ${index}`) ?? [];
}
