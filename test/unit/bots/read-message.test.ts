import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readMessage } from '../../../src/bots/read-message.ts';

const request = { method: 'GET', url: '/fhir/R4/Patient', headers: {} };

describe('messages of a worker', () => {
  test.each([
    [{ kind: 'ready' }],
    [{ kind: 'request', id: 1, request }],
    [{ kind: 'request', id: 1, request: { ...request, method: 'POST', body: new Uint8Array(2) } }],
    [{ kind: 'log', level: 'info', text: 'x' }],
    [{ kind: 'done', output: 'null' }],
    [{ kind: 'failed', reason: 'x' }],
  ])('%j is read', (message) => {
    expect(readMessage(message)).toEqual(message);
  });

  test.each([
    ['another origin', { kind: 'request', id: 1, request: { ...request, url: 'https://x/' } }],
    ['a protocol-relative URL', { kind: 'request', id: 1, request: { ...request, url: '//x/' } }],
    ['an odd method', { kind: 'request', id: 1, request: { ...request, method: 'CONNECT' } }],
    [
      'a header that is no text',
      { kind: 'request', id: 1, request: { ...request, headers: { a: 1 } } },
    ],
    ['a body that is no bytes', { kind: 'request', id: 1, request: { ...request, body: 'x' } }],
    [
      'too many headers',
      {
        kind: 'request',
        id: 1,
        request: {
          ...request,
          headers: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [index, ''])),
        },
      },
    ],
    ['a level that is a method of the logger', { kind: 'log', level: 'child', text: 'x' }],
    ['too long a line', { kind: 'log', level: 'info', text: 'x'.repeat(10_241) }],
  ])('%s is dropped', (_, message) => {
    expect(readMessage(message)).toBeUndefined();
  });

  test('arbitrary values are read or dropped, never thrown at', () => {
    const kinds = fc.constantFrom('ready', 'request', 'log', 'done', 'failed');
    const shaped = fc.record({
      kind: kinds,
      id: fc.anything(),
      request: fc.anything(),
      text: fc.anything(),
      level: fc.anything(),
      output: fc.anything(),
      reason: fc.anything(),
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), shaped), (value) => {
        const message = readMessage(value);
        if (message !== undefined) expect(message.kind).toBe((value as { kind: string }).kind);
      }),
    );
  });
});
