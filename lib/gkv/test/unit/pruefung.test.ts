import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isGkvMessageError } from '../../gkv-message-error.ts';
import { readPruefungAntwort } from '../../pruefung-antwort.ts';
import { buildPruefungAnfrage, buildPruefungNachricht } from '../../pruefung-bauen.ts';
import { classifyFehler, classifyFehlernummer } from '../../pruefung-fehlernummer.ts';
import type { PruefungNachricht } from '../../pruefung-freischaltcode.ts';
import { parsePruefungNachricht } from '../../pruefung-lesen.ts';
import { bytesOf, codeOf } from '../support/sample.ts';

const ANFRAGE = {
  verfahrenskennung: 'TDFC0',
  ikDiGAHersteller: '123456789',
  ikKrankenkasse: '111111111',
  digaId: '12345',
  freischaltcode: '77AAAAAAAAAAAAAX',
} as const;

const ANTWORT = {
  nachrichtentyp: 'ANT',
  verfahrenskennung: 'TDFC0',
  absender: '333333333',
  empfaenger: '123456789',
  ikDiGAHersteller: '123456789',
  ikKrankenkasse: '111111111',
  digaVeId: '12345000',
  freischaltcode: '77AAAAAAAAAAAAAX',
  tagDerLeistungserbringung: '2026-03-02',
} as const;

function textOf(nachricht: PruefungNachricht): string {
  return new TextDecoder().decode(buildPruefungNachricht(nachricht));
}

const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.constantFrom(...'0123456789'.split('')),
    minLength: length,
    maxLength: length,
  });
const codes = fc
  .string({
    unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.split('')),
    minLength: 14,
    maxLength: 14,
  })
  .map((rest) => `AB${rest}`);
const texts = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
  .map((text) => text.replace(/[\s\p{C}]+/gu, ' ').trim())
  .filter((text) => text !== '');
const kopf = fc.record({
  verfahrenskennung: fc.constantFrom('EDFC0' as const, 'TDFC0' as const),
  absender: digits(9),
  empfaenger: digits(9),
});
const beteiligte = fc.record({
  ikDiGAHersteller: digits(9),
  ikKrankenkasse: digits(9),
  freischaltcode: codes,
});
const nachrichten: fc.Arbitrary<PruefungNachricht> = fc.oneof(
  fc.tuple(kopf, beteiligte, digits(5)).map(([head, parties, digaId]) => ({
    ...head,
    ...parties,
    nachrichtentyp: 'ANF' as const,
    digaId,
  })),
  fc.tuple(kopf, beteiligte, digits(8)).map(([head, parties, digaVeId]) => ({
    ...head,
    ...parties,
    nachrichtentyp: 'ANT' as const,
    digaVeId,
    tagDerLeistungserbringung: '2026-02-28',
  })),
  fc
    .tuple(
      kopf,
      fc.array(
        fc.record(
          { fehlernummer: fc.integer({ min: 1, max: 999 }), fehlertext: texts, xpath: texts },
          { requiredKeys: ['fehlernummer'] },
        ),
        { minLength: 1, maxLength: 5 },
      ),
    )
    .map(([head, fehler]) => ({ ...head, nachrichtentyp: 'FEH' as const, fehler })),
);

describe('EDFC0 messages', () => {
  test('what is built is read back, and the same message gives the same bytes', () => {
    fc.assert(
      fc.property(nachrichten, (nachricht) => {
        const bytes = buildPruefungNachricht(nachricht);
        expect(parsePruefungNachricht(bytes)).toEqual(nachricht);
        expect(buildPruefungNachricht(structuredClone(nachricht))).toEqual(bytes);
      }),
    );
  });

  test('a request goes from the manufacturer to the insurer, not to the clearing point', () => {
    expect(parsePruefungNachricht(buildPruefungAnfrage(ANFRAGE))).toEqual({
      ...ANFRAGE,
      nachrichtentyp: 'ANF',
      absender: '123456789',
      empfaenger: '111111111',
    });
  });

  test('a test code never goes out as live', () => {
    const live = { ...ANFRAGE, verfahrenskennung: 'EDFC0' } as const;
    expect(codeOf(() => buildPruefungAnfrage(live))).toBe('PRUEFUNG_TESTCODE');
    expect(() =>
      buildPruefungAnfrage({ ...live, freischaltcode: 'CHAAAAAAAAAAAAAJ' }),
    ).not.toThrow();
  });

  test('fields outside the schema types are not written', () => {
    for (const wrong of [
      { ikDiGAHersteller: '12345678' },
      { ikKrankenkasse: 'IK1234567' },
      { digaId: '123456' },
      { freischaltcode: '77aaaaaaaaaaaaax' },
    ]) {
      expect(codeOf(() => buildPruefungAnfrage({ ...ANFRAGE, ...wrong }))).toBe('PRUEFUNG_INPUT');
    }
    for (const wrong of [{ digaVeId: '1234500' }, { tagDerLeistungserbringung: '2026-02-30' }]) {
      expect(codeOf(() => buildPruefungNachricht({ ...ANTWORT, ...wrong }))).toBe('PRUEFUNG_INPUT');
    }
    const kopf = {
      verfahrenskennung: 'TDFC0',
      absender: '333333333',
      empfaenger: '123456789',
    } as const;
    for (const fehler of [
      [],
      [{ fehlernummer: 0 }],
      [{ fehlernummer: 1000 }],
      [{ fehlernummer: 1.5 }],
      [{ fehlernummer: 100, fehlertext: '' }],
      [{ fehlernummer: 100, fehlertext: 'x'.repeat(601) }],
    ]) {
      const nachricht = { ...kopf, nachrichtentyp: 'FEH', fehler } as const;
      expect(codeOf(() => buildPruefungNachricht(nachricht))).toBe('PRUEFUNG_INPUT');
    }
  });

  test('the message type must fit the element', () => {
    const text = textOf(ANTWORT).replace('nachrichtentyp="ANT"', 'nachrichtentyp="FEH"');
    expect(codeOf(() => parsePruefungNachricht(bytesOf(text)))).toBe('PRUEFUNG_NACHRICHTENTYP');
  });

  test('other documents and other versions are told apart', () => {
    const other = textOf(ANTWORT).replaceAll('Pruefung_Freischaltcode', 'Pruefung');
    expect(codeOf(() => parsePruefungNachricht(bytesOf(other)))).toBe('PRUEFUNG_ROOT');
    const namespace = textOf(ANTWORT).replace('EDFC0_Pruefung/3.0', 'EDFC0_Pruefung/4.0');
    expect(codeOf(() => parsePruefungNachricht(bytesOf(namespace)))).toBe('PRUEFUNG_ROOT');
    const obsolete = textOf(ANTWORT)
      .replace('EDFC0_Pruefung/3.0', 'EDFC0_Pruefung/2.0.0')
      .replace('003.000.000', '002.000.000')
      .replace('2022-08-25', '2020-07-01');
    expect(codeOf(() => parsePruefungNachricht(bytesOf(obsolete)))).toBe('PRUEFUNG_VERSION');
    const read = parsePruefungNachricht(bytesOf(obsolete), { obsoleteVersion: true });
    expect(read).toEqual(ANTWORT);
  });

  test('arbitrary and mutilated messages cause nothing but GkvMessageErrors', () => {
    const text = textOf(ANTWORT);
    const mutilated = fc
      .tuple(fc.nat(text.length), fc.nat(20), fc.string({ unit: 'binary', maxLength: 4 }))
      .map(([at, cut, insert]) => bytesOf(text.slice(0, at) + insert + text.slice(at + cut)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutilated), (bytes) => {
        try {
          expect(parsePruefungNachricht(bytes).empfaenger).toMatch(/^[0-9]{9}$/);
        } catch (error) {
          if (!isGkvMessageError(error)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('answer to a request', () => {
  test('a positive answer gives prescription unit and day', () => {
    const ergebnis = readPruefungAntwort(buildPruefungNachricht(ANTWORT), ANFRAGE);
    expect(ergebnis).toEqual({ gueltig: true, antwort: ANTWORT });
  });

  test('an error message is classified', () => {
    const bytes = buildPruefungNachricht({
      nachrichtentyp: 'FEH',
      verfahrenskennung: 'TDFC0',
      absender: '333333333',
      empfaenger: '123456789',
      fehler: [{ fehlernummer: 201, fehlertext: 'Serverfehler' }],
    });
    const ergebnis = readPruefungAntwort(bytes, ANFRAGE);
    expect(ergebnis).toMatchObject({
      gueltig: false,
      urteil: { klasse: 'retry', manualReview: false },
    });
  });

  test('an answer that belongs to somebody or something else is refused', () => {
    for (const [change, code] of [
      [{ empfaenger: '999999999' }, 'PRUEFUNG_EMPFAENGER'],
      [{ verfahrenskennung: 'EDFC0', freischaltcode: 'CHAAAAAAAAAAAAAJ' }, 'PRUEFUNG_VERFAHREN'],
      [{ ikDiGAHersteller: '999999999' }, 'PRUEFUNG_HERSTELLER'],
      [{ freischaltcode: 'CHAAAAAAAAAAAAAJ' }, 'PRUEFUNG_FREISCHALTCODE'],
      [{ digaVeId: '54321000' }, 'PRUEFUNG_DIGAVEID'],
    ] as const) {
      const bytes = buildPruefungNachricht({ ...ANTWORT, ...change });
      expect(codeOf(() => readPruefungAntwort(bytes, ANFRAGE))).toBe(code);
    }
    const request = buildPruefungAnfrage(ANFRAGE);
    expect(codeOf(() => readPruefungAntwort(request, ANFRAGE))).toBe('PRUEFUNG_KEINE_ANTWORT');
  });
});

describe('error numbers (Anhang 5)', () => {
  test('expired, cancelled and not found are final, an invalid request is ours, faults are retried', () => {
    const klassen = [100, 101, 102, 200, 201, 202].map((n) => classifyFehlernummer(n).klasse);
    expect(klassen).toEqual(['final', 'final', 'final', 'ours', 'retry', 'retry']);
  });

  test('an unknown number is final and needs a person', () => {
    for (const nummer of [1, 103, 203, 999]) {
      expect(classifyFehlernummer(nummer)).toEqual({ klasse: 'final', manualReview: true });
    }
  });

  test('of several errors the least hopeful counts', () => {
    const klasse = (...nummern: number[]): string =>
      classifyFehler(nummern.map((fehlernummer) => ({ fehlernummer }))).klasse;
    expect(klasse(201, 102)).toBe('final');
    expect(klasse(202, 200)).toBe('ours');
    expect(klasse(201, 202)).toBe('retry');
    expect(classifyFehler([{ fehlernummer: 201 }, { fehlernummer: 777 }]).manualReview).toBe(true);
    expect(() => classifyFehler([])).toThrow(TypeError);
  });
});
