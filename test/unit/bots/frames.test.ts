import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeFrame, type Frame, FrameReader } from '../../../src/bots/isolated/frames.ts';
import { readFromProcess } from '../../../src/bots/isolated/read-from-process.ts';

const joined = (frames: readonly Frame[]): Buffer =>
  Buffer.concat(frames.flatMap((frame) => [...encodeFrame(frame)]));

describe('frames between the server and the process of a bot', () => {
  test('arrive as they were sent, wherever the stream is cut', () => {
    const frame = fc.record({
      value: fc.jsonValue(),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        (frames, cut) => {
          const stream = joined(frames);
          const reader = new FrameReader();
          const read: Frame[] = [];
          for (let at = 0; at < stream.length; at += cut)
            read.push(...reader.read(stream.subarray(at, at + cut)));
          const plain = (all: readonly Frame[]) =>
            all.map(({ value, bytes }) => [JSON.stringify(value), [...(bytes ?? [])]]);
          expect(plain(read)).toEqual(plain(frames));
        },
      ),
    );
  });

  test('one that is too large is refused by its head, before it is there', () => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(0xffffffff, 0);
    expect(() => new FrameReader().read(head)).toThrow('too large');
  });

  test('one that is no JSON is refused', () => {
    const frame = Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), Buffer.from('{')]);
    expect(() => new FrameReader().read(frame)).toThrow('no JSON');
  });

  test.each([
    ['a kind that is not there', { kind: 'run', code: '' }],
    [
      'a request to another origin',
      { kind: 'request', id: 1, request: { method: 'GET', url: 'https://x/', headers: {} } },
    ],
    [
      'a request out that is no URL',
      { kind: 'outside', id: 1, request: { method: 'GET', url: '/x', headers: {} } },
    ],
    [
      'a method that is none',
      { kind: 'outside', id: 1, request: { method: 'CONNECT', url: 'https://x/', headers: {} } },
    ],
    [
      'headers that are no texts',
      { kind: 'outside', id: 1, request: { method: 'GET', url: 'https://x/', headers: { a: 1 } } },
    ],
    [
      'an id that is no number',
      { kind: 'outside', id: 'x', request: { method: 'GET', url: 'https://x/', headers: {} } },
    ],
    ['a text', 'done'],
    ['nothing', null],
  ])('%s is no message', (_, value) => {
    expect(readFromProcess({ value })).toBeUndefined();
  });
});
