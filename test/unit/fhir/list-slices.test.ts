import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sliceList } from '../../../src/json/list-slices.ts';

function taken(text: string, member = 'entry') {
  const slices = sliceList(text, member);
  if (slices === undefined) return undefined;
  const items: unknown[] = [];
  for (let at = 0; at < slices.items.length; at += 2)
    items.push(JSON.parse(text.slice(slices.items[at], slices.items[at + 1])));
  return { skeleton: JSON.parse(slices.skeleton) as { entry?: unknown }, items };
}

describe('a list cut out of a JSON text', () => {
  test('property: skeleton and items are what the parser sees of the whole', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.array(fc.jsonValue()),
        fc.constantFrom(undefined, 2),
        (others, entry, indent) => {
          const { entry: _, ...rest } = others;
          const text = JSON.stringify({ ...rest, entry, last: 1 }, undefined, indent);
          const result = taken(text);
          const whole = JSON.parse(text) as { entry: unknown[] };
          expect(result?.items).toEqual(whole.entry);
          expect(result?.skeleton).toEqual({ ...whole, entry: whole.entry.map(() => 0) });
        },
      ),
    );
  });

  test.each([
    ['no such member', '{"a":[1]}'],
    ['the member is no list', '{"entry":{"a":[1]}}'],
    ['it stands twice', '{"entry":[1],"entry":[2]}'],
    ['it stands deeper', '{"a":{"entry":[1]}}'],
    ['it is a value', '{"a":"entry","b":[1]}'],
  ])('%s: nothing is cut', (_name, text) => {
    expect(sliceList(text, 'entry')).toBeUndefined();
  });

  test.each([
    '{"entry":[1,]}',
    '{"entry":[,1]}',
    '{"entry":[1 2]}',
    '{"entry":[1',
    '{"entry":[1]]}',
  ])('what is not JSON stays so: %s', (text) => {
    expect(() => {
      if (taken(text) === undefined) JSON.parse(text);
    }).toThrow(SyntaxError);
  });
});
