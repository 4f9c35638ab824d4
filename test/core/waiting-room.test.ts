import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlueprintState } from '../../src/core/blueprint-state.ts';
import type { FittedEntity } from '../../src/core/fitted-entity.ts';
import { WaitingRoom } from '../../src/core/waiting-room.ts';
import { entity, shape } from './shapes.ts';

const STATE = new BlueprintState(shape(), [], []);

function pieceOf(identifier: string, { kind = 'risks', text = '' } = {}): FittedEntity {
  const given = entity({ identifier, properties: { text } });
  return {
    entity: given,
    state: STATE,
    kind,
    item: 1,
    label: identifier,
    entries: [],
    whole: { parts: [], failed: [] },
  };
}

const target = (identifier: string) => ({ blueprint: 'service', identifier });
const namesOf = (pieces: readonly FittedEntity[]) => pieces.map((piece) => piece.entity.identifier);

describe('the waiting room', () => {
  it('gives an entity back when the last of its targets is there', () => {
    const room = new WaitingRoom();
    room.add(pieceOf('r'), [target('a'), target('b')]);
    room.settle('service', 'a');
    expect(room.takeReady('risks')).toEqual([]);
    room.settle('service', 'b');
    expect(namesOf(room.takeReady('risks'))).toEqual(['r']);
    expect(room.sizeOf('risks')).toBe(0);
  });

  it('keeps what several items give of one entity in their order, also when the later one would wait for nothing', () => {
    const room = new WaitingRoom();
    const [first, second] = [pieceOf('r', { text: 'first' }), pieceOf('r', { text: 'second' })];
    room.add(first, [target('a')]);
    expect(room.has(second)).toBe(true);
    room.add(second, []);
    room.settle('service', 'a');
    // It is ready, and not taken yet.
    const third = pieceOf('r', { text: 'third' });
    expect(room.has(third)).toBe(true);
    room.add(third, [target('b')]);
    expect(room.takeReady('risks')).toEqual([]);
    room.settle('service', 'b');
    expect(room.takeReady('risks')).toEqual([first, second, third]);
    expect(room.has(third)).toBe(false);
  });

  it('tells one kind, and not another, when something of it is ready', async () => {
    const room = new WaitingRoom();
    room.add(pieceOf('r'), [target('a')]);
    room.add(pieceOf('d', { kind: 'deploys' }), [target('b')]);
    const told: string[] = [];
    const risks = room.whenReady('risks').then(() => told.push('risks'));
    void room.whenReady('deploys').then(() => told.push('deploys'));
    room.settle('service', 'a');
    await risks;
    expect(told).toEqual(['risks']);
    expect(namesOf(room.takeReady('risks'))).toEqual(['r']);
  });

  it('lets go of a target only for the kinds for which it cannot come any more', () => {
    const room = new WaitingRoom();
    room.add(pieceOf('r'), [target('a')]);
    room.add(pieceOf('d', { kind: 'deploys' }), [target('a')]);
    room.letGo((_blueprint, kind) => kind === 'deploys');
    expect([room.takeReady('risks').length, room.takeReady('deploys').length]).toEqual([1, 0]);
    room.settle('service', 'a');
    expect(room.takeReady('deploys')).toHaveLength(1);
  });

  it('is full by number or by bytes, for each kind by itself', () => {
    const room = new WaitingRoom();
    for (let at = 0; at < 2_000; at += 1) room.add(pieceOf(`r${at}`), [target('a')]);
    room.add(pieceOf('d', { kind: 'deploys', text: 'x'.repeat(5 * 1024 * 1024) }), [target('b')]);
    room.add(pieceOf('i', { kind: 'issues' }), [target('b')]);
    expect(['risks', 'deploys', 'issues'].map((kind) => room.isFullFor(kind))).toEqual([true, true, false]);
    room.settle('service', 'a');
    expect(room.isFullFor('risks')).toBe(true);
    room.takeReady('risks');
    expect(room.isFullFor('risks')).toBe(false);
  });

  it('gives everything back exactly once, whatever is settled in which order', () => {
    const name = fc.integer({ min: 0, max: 5 });
    const step = fc.oneof(
      fc.record({ add: name, targets: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }) }),
      fc.record({ settle: name }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const room = new WaitingRoom();
        const added: FittedEntity[] = [];
        const taken: FittedEntity[] = [];
        for (const one of steps) {
          if ('settle' in one) room.settle('service', `s${one.settle}`);
          else {
            const piece = pieceOf(`r${one.add}`);
            added.push(piece);
            room.add(
              piece,
              one.targets.map((at) => target(`s${at}`)),
            );
          }
          taken.push(...room.takeReady('risks'));
        }
        room.letGo(() => false);
        taken.push(...room.takeReady('risks'));
        expect(new Set(taken)).toEqual(new Set(added));
        expect(taken).toHaveLength(added.length);
        expect(room.sizeOf('risks')).toBe(0);
        const orderOf = (pieces: readonly FittedEntity[], identifier: string) =>
          pieces.filter((piece) => piece.entity.identifier === identifier);
        for (const identifier of namesOf(added)) {
          expect(orderOf(taken, String(identifier))).toEqual(orderOf(added, String(identifier)));
        }
      }),
    );
  });
});
