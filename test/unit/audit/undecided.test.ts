import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { afterLook, type Sealed } from '../../../src/audit/seal/undecided.ts';

/** A transaction that writes to the ledger. */
interface Writer {
  readonly name: string;
  readonly seqs: number[];
  open: boolean;
}

/**
 * A ledger whose transactions draw numbers, commit and roll back in any order, between any two statements of the sealer: the
 * look at who writes, the look at the rows, and the second look at who writes.
 */
class Ledger {
  next = 1;
  readonly visible = new Set<number>();
  readonly writers: Writer[] = [];

  step(random: number): void {
    const open = this.writers.filter((writer) => writer.open);
    const one = open[Math.floor(random / 8) % Math.max(1, open.length)];
    switch (random % 8) {
      case 0:
      case 1:
        this.writers.push({ name: `w${this.writers.length}`, seqs: [], open: true });
        break;
      case 2:
      case 3:
      case 4:
        one?.seqs.push(this.next);
        if (one !== undefined) this.next += 1;
        break;
      case 5:
      case 6:
        if (one === undefined) break;
        for (const seq of one.seqs) this.visible.add(seq);
        one.open = false;
        break;
      default:
        if (one !== undefined) one.open = false;
    }
  }

  writing(): Set<string> {
    return new Set(this.writers.filter(({ open }) => open).map(({ name }) => name));
  }
}

function look(ledger: Ledger, known: Sealed, steps: number[], limit: number): [Sealed, number[]] {
  const walk = (n: number): void => {
    for (const random of steps.splice(0, n)) ledger.step(random);
  };
  const before = ledger.writing();
  walk(2);
  const late = [...ledger.visible].filter((seq) =>
    known.gaps.some(({ from, to }) => seq >= from && seq <= to),
  );
  walk(1);
  const fresh = [...ledger.visible].filter((seq) => seq > known.highest);
  const seen = [...late.sort((a, b) => a - b), ...fresh.sort((a, b) => a - b).slice(0, limit)];
  walk(2);
  return [afterLook(known, seen, before, ledger.writing()), seen];
}

describe('[R-209] which rows are still to come', () => {
  test('however transactions interleave, each committed row is sealed once and none is left out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 1000 }), { maxLength: 300 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 12 }),
        (given, limit, pause) => {
          const steps = [...given];
          const ledger = new Ledger();
          const sealed: number[] = [];
          let known: Sealed = { highest: 0, gaps: [] };
          while (steps.length > 0) {
            for (const random of steps.splice(0, pause)) ledger.step(random);
            const [next, seen] = look(ledger, known, steps, limit);
            known = next;
            sealed.push(...seen);
          }
          for (const writer of ledger.writers) {
            if (writer.open) for (const seq of writer.seqs) ledger.visible.add(seq);
            writer.open = false;
          }
          for (let round = 0; round < 400; round += 1) {
            const [next, seen] = look(ledger, known, steps, limit);
            known = next;
            sealed.push(...seen);
          }
          expect(sealed.toSorted((a, b) => a - b)).toEqual(
            [...ledger.visible].sort((a, b) => a - b),
          );
          // What was rolled back is not looked for for ever.
          expect(known.gaps).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a row that becomes visible between the look and the question who writes is found by the next look', () => {
    const nobody = new Set<string>();
    const first = afterLook({ highest: 0, gaps: [] }, [1, 3], new Set(['a']), nobody);
    expect(first.gaps).toMatchObject([{ from: 2, to: 2 }]);
    expect(afterLook(first, [2], nobody, nobody)).toEqual({ highest: 3, gaps: [] });
  });

  test('a gap stays open as long as one of those that could fill it writes', () => {
    let known = afterLook({ highest: 0, gaps: [] }, [1, 5], new Set(), new Set(['a', 'b']));
    known = afterLook(known, [3], new Set(['a']), new Set(['a', 'c']));
    expect(known.gaps.map(({ from, to }) => [from, to])).toEqual([
      [2, 2],
      [4, 4],
    ]);
    // A transaction that began later draws higher numbers only.
    expect(afterLook(known, [], new Set(['c']), new Set(['c'])).gaps).toEqual([]);
  });
});
