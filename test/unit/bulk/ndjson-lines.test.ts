import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ndjsonLines } from '../../../src/bulk/import/ndjson-lines.ts';

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (let n = 0; from < bytes.length; n += 1) {
    await Promise.resolve();
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

async function read(text: string, sizes: readonly number[], limit: number, start = 0) {
  const bytes = Buffer.from(text).subarray(start);
  const found: { text: string | undefined; end: number }[] = [];
  for await (const line of ndjsonLines(cut(bytes, sizes), start, limit))
    found.push({ text: line.bytes?.toString(), end: line.end });
  return found;
}

const line = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .map((text) => text.replaceAll('\n', '.'));
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe('NDJSON', () => {
  test('however the bytes arrive, the lines are the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), sizes, async (lines, parts) => {
        const found = await read(lines.map((text) => `${text}\n`).join(''), parts, 1_000);
        expect(found.map(({ text }) => text)).toEqual(lines);
      }),
    );
  });

  test('from the end of any line the rest is read as if nothing had happened', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        sizes,
        fc.nat(7),
        fc.boolean(),
        async (lines, parts, at, open) => {
          const text = lines.join('\n') + (open ? '' : '\n');
          const whole = await read(text, parts, 1_000);
          const stop = whole[at % Math.max(1, whole.length)];
          if (stop === undefined) return;
          const rest = await read(text, parts, 1_000, stop.end);
          expect(rest).toEqual(whole.slice(whole.indexOf(stop) + 1));
        },
      ),
    );
  });

  test('a line that is too long is told apart, and the next one is read', async () => {
    const long = 'x'.repeat(11);
    expect(await read(`ab\n${long}\ncd\n${long}`, [4], 10)).toEqual([
      { text: 'ab', end: 3 },
      { text: undefined, end: 15 },
      { text: 'cd', end: 18 },
      { text: undefined, end: 29 },
    ]);
  });

  test('a line that never ends takes no memory', async () => {
    const part = Buffer.alloc(1_048_576, 0x78);
    let most = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 512; n += 1) {
        await Promise.resolve();
        // A copy each time: what is kept would be seen.
        yield Buffer.from(part);
        if (n % 32 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers);
      }
    }
    const before = process.memoryUsage().arrayBuffers;
    const found = [];
    for await (const { bytes, end } of ndjsonLines(endless(), 0, 1_048_576))
      found.push({ bytes, end });
    expect(found).toEqual([{ bytes: undefined, end: 512 * 1_048_576 }]);
    expect(most - before).toBeLessThan(256 * 1_048_576);
  }, 30_000);
});
