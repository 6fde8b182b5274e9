import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type DigaParts,
  readDigaMultipart,
  TransportError,
  writeDigaMultipart,
} from '../../index.ts';

const parts: DigaParts = {
  iksender: '999999994',
  ikempfaenger: '669999017',
  verfahren: 'TDFC0',
  nutzdaten: Uint8Array.from([0x30, 0x0d, 0x0a, 0x2d, 0x2d, 0x00, 0xff]),
};
const B = 'x-boundary';
const contentType = `multipart/form-data; boundary=${B}`;
const part = (headers: string, value: string): string => `--${B}\r\n${headers}\r\n\r\n${value}\r\n`;
const named = (name: string, value: string, more = ''): string =>
  part(`Content-Disposition: form-data; name="${name}"${more}`, value);
const body = (...pieces: readonly string[]): Uint8Array =>
  Buffer.from(`${pieces.join('')}--${B}--\r\n`, 'latin1');

describe('RFC 7578: the four parts of a DiGA message', () => {
  test('are written in the order of the interface', () => {
    const text = Buffer.from(writeDigaMultipart(parts).body).toString('latin1');
    expect([...text.matchAll(/ name="([a-z]+)"/g)].map(([, name]) => name)).toEqual([
      'iksender',
      'ikempfaenger',
      'verfahren',
      'nutzdaten',
    ]);
    expect(text).toContain(
      'name="nutzdaten"; filename="anfrage.cms"\r\nContent-Type: application/octet-stream\r\n\r\n0',
    );
  });

  test('come back as they were, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000 }), async (nutzdaten) => {
        const written = writeDigaMultipart({ ...parts, nutzdaten });
        const read = await readDigaMultipart(written.contentType, written.body);
        expect({ ...read, nutzdaten: [...read.nutzdaten] }).toEqual({
          ...parts,
          nutzdaten: [...nutzdaten],
        });
      }),
      { numRuns: 60 },
    );
  });

  test('are read in any order, unknown parts ignored, a payload without file name undamaged', async () => {
    const read = await readDigaMultipart(
      contentType,
      body(
        named('nutzdaten', '\u00e4\u00ff\u0000\r\n', ''),
        named('fremd', 'x'),
        named('verfahren', ' TDFC0 '),
        named('ikempfaenger', '669999017', '; filename="ik.txt"'),
        named('iksender', '999999994'),
        named('iksender', '111111111'),
      ),
    );
    expect(read).toMatchObject({
      verfahren: 'TDFC0',
      ikempfaenger: '669999017',
      iksender: '999999994',
    });
    expect([...read.nutzdaten]).toEqual([0xe4, 0xff, 0x00, 0x0d, 0x0a]);
  });

  test.each([undefined, 'text/html', 'multipart/form-data', 'multipart/mixed; boundary=a'])(
    'content type %j is NOT_MULTIPART',
    async (type) => {
      await expect(readDigaMultipart(type, writeDigaMultipart(parts).body)).rejects.toMatchObject({
        code: 'NOT_MULTIPART',
        retryable: true,
      });
    },
  );

  test('a missing part is named', async () => {
    await expect(
      readDigaMultipart(contentType, body(named('iksender', '1'), named('verfahren', 'TDFC0'))),
    ).rejects.toMatchObject({
      code: 'MISSING_PART',
      message: 'The answer lacks: ikempfaenger, nutzdaten',
    });
  });

  test('a body cut off, or with too many parts, is NOT_MULTIPART', async () => {
    const written = writeDigaMultipart(parts);
    const refused = { code: 'NOT_MULTIPART' };
    await expect(
      readDigaMultipart(written.contentType, written.body.subarray(0, written.body.length - 20)),
    ).rejects.toMatchObject(refused);
    const many = Array.from({ length: 100 }, (_, index) => named(`p${index}`, 'x'));
    await expect(readDigaMultipart(contentType, body(...many))).rejects.toMatchObject(refused);
  });

  test('any bytes end in parts or in a TransportError', async () => {
    const fragment = fc.oneof(
      fc.constantFrom(
        `--${B}`,
        `--${B}--`,
        '\r\n',
        '\r\n\r\n',
        'Content-Disposition: form-data; name="nutzdaten"',
        '"',
        ';',
      ),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fragment, { maxLength: 20 }), async (fragments) => {
        try {
          await readDigaMultipart(contentType, Buffer.from(fragments.join('')));
        } catch (error) {
          expect(error).toBeInstanceOf(TransportError);
        }
      }),
      { numRuns: 500 },
    );
  }, 30_000);
});
