import type { ElementAccessExpression, ObjectBindingPattern } from 'typescript/unstable/ast';
import {
  isElementAccessExpression,
  isIdentifier,
  isInterfaceDeclaration,
  isObjectBindingPattern,
  isPropertyAccessExpression,
  isTypeLiteralNode,
} from 'typescript/unstable/ast/is';
import type { Symbol as Member, Type } from 'typescript/unstable/sync';
import { checker, nodesIn, type ParsedFile } from './program.ts';

/** Which members of classes, interfaces and objects are read by name: `a.b`, `a['b']`, `const { b } = a`. */
export class Reads {
  readonly #places = new Set<string>();
  readonly #byName = new Map<string, Map<string, Member>>();

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

  /** @param owner what has the member: it may be read as a member of another type that the owner fits */
  has(member: Member, owner?: Type): boolean {
    if (placesOf(member).some((place) => this.#places.has(place))) return true;
    const others = [...(this.#byName.get(member.name)?.values() ?? [])];
    return owner !== undefined && others.some((other) => fits(owner, other));
  }

  #note(member: Member | undefined): void {
    if (!member) return;
    const same = this.#byName.get(member.name) ?? new Map<string, Member>();
    this.#byName.set(member.name, same);
    for (const place of placesOf(member)) {
      this.#places.add(place);
      same.set(place, member);
    }
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

/** Whether a type may stand where the one is asked for that declares this member. */
function fits(owner: Type, { valueDeclaration }: Member): boolean {
  const declaration = valueDeclaration?.resolve()?.parent;
  if (!declaration || !(isInterfaceDeclaration(declaration) || isTypeLiteralNode(declaration))) return false;
  const type = checker.getTypeAtLocation(declaration);
  return type !== undefined && !type.isErrorType() && checker.isTypeAssignableTo(owner, type);
}
