import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buyerFromVerzeichnis } from '../../buyer-from-verzeichnis.ts';
import { isGkvMessageError } from '../../gkv-message-error.ts';
import type { Kostentraeger, KostentraegerVerzeichnis } from '../../kostentraeger.ts';
import { findKostentraeger } from '../../kostentraeger-suche.ts';
import { MVZ_NAMESPACE, parseKostentraegerVerzeichnis } from '../../kostentraeger-verzeichnis.ts';
import { mayReplaceVerzeichnis } from '../../verzeichnis-ersetzung.ts';
import { compareVerzeichnisse } from '../../verzeichnis-vergleich.ts';
import { bytesOf, codeOf } from '../support/sample.ts';

const FIELDS = {
  Kostentraegerkuerzel: 'CH',
  Kostentraegerkennung: '101575519',
  Name_des_Kostentraegers: 'Beispielkasse',
  IK_des_Rechnungsempfaengers: '101575519',
  IK_Abrechnungsstelle: '660500345',
  Endpunkt_Kommunikationsstelle: 'diga.example.org/api',
  Versandart: '1',
  Kontaktdaten_Technisch_Telefon: '030 123',
  Kontaktdaten_Technisch_EMail: 'technik@example.org',
};

function entry(
  changes: Record<string, string | undefined> = {},
  attributes = 'Nummer="ID1"',
): string {
  const fields = Object.entries<string | undefined>({ ...FIELDS, ...changes })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<bas:${name}>${value}</bas:${name}>`);
  return `<Krankenkasseninformation ${attributes}>${fields.join('')}</Krankenkasseninformation>`;
}

function file(...entries: readonly string[]): Uint8Array {
  return bytesOf(
    `<?xml version="1.0" encoding="UTF-8"?><Kostentraeger_Mappingverzeichnis xmlns="${MVZ_NAMESPACE}"
     xmlns:bas="http://www.gkv-datenaustausch.de/XMLSchema/EDFC0-basis/3.0" version="003.000.000"
     gueltigab="2022-08-25">${entries.join('\n')}</Kostentraeger_Mappingverzeichnis>`,
  );
}

function parse(...entries: readonly string[]): KostentraegerVerzeichnis {
  return parseKostentraegerVerzeichnis(file(...entries));
}

function kasse(kostentraegerkuerzel: string, changes: Partial<Kostentraeger> = {}): Kostentraeger {
  return {
    kostentraegerkuerzel,
    kostentraegerkennung: '101575519',
    name: `Kasse ${kostentraegerkuerzel}`,
    ikAbrechnungsstelle: '660500345',
    endpunkt: 'diga.example.org',
    versandart: 1,
    insolvenz: false,
    ...changes,
  };
}

describe('Kostentraeger-Mappingverzeichnis', () => {
  test('an entry by the schema is read without a warning', () => {
    const { eintraege, warnungen, gelesen } = parse(entry());
    expect([eintraege.length, warnungen, gelesen]).toEqual([1, [], 1]);
    expect(eintraege[0]).toEqual({
      nummer: 'ID1',
      kostentraegerkuerzel: 'CH',
      kostentraegerkennung: '101575519',
      name: 'Beispielkasse',
      ikRechnungsempfaenger: '101575519',
      ikAbrechnungsstelle: '660500345',
      endpunkt: 'diga.example.org/api',
      versandart: 1,
      technischTelefon: '030 123',
      technischEmail: 'technik@example.org',
      insolvenz: false,
    });
  });

  test('deviations are warned about and the entry is kept', () => {
    const { eintraege, warnungen } = parse(
      entry(
        {
          Name_des_Kostentraegers: '  Beispielkasse   mit Blanks  ',
          IK_des_Rechnungsempfaengers: '12',
          IK_Abrechnungsstelle: '123456789',
          Versandart: '3',
          PLZ: '123456',
        },
        'insolvenz="X" gueltig_bis="2026-12-31"',
      ),
    );
    expect(eintraege[0]?.name).toBe('Beispielkasse mit Blanks');
    expect(warnungen.map(({ code, field }) => `${code} ${field}`).toSorted()).toEqual([
      'IK_CHECK_DIGIT IK_Abrechnungsstelle',
      'LENGTH PLZ',
      'MISSING Hausnummer_Postfachnummer',
      'MISSING Nummer',
      'MISSING Ort',
      'MISSING Strasse_Postfach',
      'NACHFOLGE_MISSING nachfolge_kostentraegerkuerzel',
      'VALUE IK_des_Rechnungsempfaengers',
      'VALUE insolvenz',
    ]);
  });

  test('an entry that cannot be used is left out, the others stay', () => {
    for (const field of [
      'Kostentraegerkuerzel',
      'Kostentraegerkennung',
      'Name_des_Kostentraegers',
      'IK_Abrechnungsstelle',
      'Endpunkt_Kommunikationsstelle',
      'Versandart',
    ]) {
      const { eintraege, warnungen, gelesen } = parse(entry({ [field]: undefined }), entry());
      expect([eintraege.length, gelesen]).toEqual([1, 2]);
      expect(warnungen).toEqual([{ code: 'BROKEN', entry: 1, field }]);
    }
  });

  test('an ill-formed entry costs only itself', () => {
    const { eintraege, warnungen, gelesen } = parse(
      entry({ Kostentraegerkuerzel: 'AA' }),
      entry({ Kostentraegerkuerzel: 'BB', Name_des_Kostentraegers: 'Meier & Söhne' }),
      entry({ Kostentraegerkuerzel: 'CC' }).replace('</bas:Versandart>', ''),
      entry({ Kostentraegerkuerzel: 'DD' }),
      entry({ Kostentraegerkuerzel: 'EE', Name_des_Kostentraegers: 'Kasse\u0002' }),
    );
    expect(eintraege.map((found) => found.kostentraegerkuerzel)).toEqual(['AA', 'DD']);
    expect([gelesen, warnungen]).toEqual([
      5,
      [
        { code: 'NOT_WELL_FORMED', entry: 0 },
        { code: 'BROKEN', entry: 2, field: 'Krankenkasseninformation' },
        { code: 'BROKEN', entry: 3, field: 'Krankenkasseninformation' },
        { code: 'BROKEN', entry: 5, field: 'Krankenkasseninformation' },
      ],
    ]);
  });

  test('two entries of a prefix on the same day are noticed', () => {
    const { warnungen } = parse(entry(), entry());
    expect(warnungen).toEqual([{ code: 'DUPLICATE', entry: 2, field: 'Kostentraegerkuerzel' }]);
    const successive = parse(
      entry({}, 'Nummer="A" gueltig_bis="2025-12-31" nachfolge_kostentraegerkuerzel="CH"'),
      entry({}, 'Nummer="B" gueltig_ab="2026-01-01"'),
    );
    expect(successive.warnungen).toEqual([]);
  });

  test('another document, an empty one and one with a DOCTYPE are refused', () => {
    const text = new TextDecoder().decode(file(entry()));
    const other = bytesOf(text.replaceAll('Kostentraeger_Mappingverzeichnis', 'Verzeichnis'));
    expect(codeOf(() => parseKostentraegerVerzeichnis(other))).toBe('VERZEICHNIS_ROOT');
    expect(codeOf(() => parse())).toBe('VERZEICHNIS_EMPTY');
    expect(codeOf(() => parse(entry({ Versandart: '9' })))).toBe('VERZEICHNIS_EMPTY');
    const doctype = bytesOf(text.replace('?>', '?><!DOCTYPE x>'));
    expect(codeOf(() => parseKostentraegerVerzeichnis(doctype))).toBe('XML_DOCTYPE');
  });

  test('mutilated files cause nothing but GkvMessageErrors', () => {
    const text = new TextDecoder().decode(file(entry(), entry({ Kostentraegerkuerzel: 'AA' })));
    const mutilated = fc
      .tuple(fc.nat(text.length), fc.nat(60), fc.string({ unit: 'binary', maxLength: 4 }))
      .map(([at, cut, insert]) => bytesOf(text.slice(0, at) + insert + text.slice(at + cut)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutilated), (bytes) => {
        try {
          expect(parseKostentraegerVerzeichnis(bytes).eintraege.length).toBeGreaterThan(0);
        } catch (error) {
          if (!isGkvMessageError(error)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('insurer of a prefix', () => {
  test('validity includes its first and last day', () => {
    const eintraege = [
      kasse('CH', {
        gueltigAb: '2026-01-01',
        gueltigBis: '2026-06-30',
        nachfolgeKostentraegerkuerzel: 'DD',
      }),
      kasse('DD'),
    ];
    const found = (day: string): readonly string[] => findKostentraeger(eintraege, 'CH', day).weg;
    expect(findKostentraeger(eintraege, 'CH', '2025-12-31')).toMatchObject({
      grund: 'NOT_YET_VALID',
    });
    expect(found('2026-01-01')).toEqual(['CH']);
    expect(found('2026-06-30')).toEqual(['CH']);
    expect(found('2026-07-01')).toEqual(['CH', 'DD']);
  });

  test('the newest of several entries that are valid counts', () => {
    const eintraege = [
      kasse('CH', { name: 'alt' }),
      kasse('CH', { name: 'neu', gueltigAb: '2026-01-01' }),
    ];
    expect(findKostentraeger(eintraege, 'CH', '2026-02-01')).toMatchObject({
      kostentraeger: { name: 'neu' },
    });
    expect(findKostentraeger(eintraege, 'CH', '2025-02-01')).toMatchObject({
      kostentraeger: { name: 'alt' },
    });
  });

  test('successors are followed over several mergers, and a circle ends', () => {
    const gone = (next: string): Partial<Kostentraeger> => ({
      gueltigBis: '2024-12-31',
      nachfolgeKostentraegerkuerzel: next,
    });
    const chain = [kasse('AA', gone('BB')), kasse('BB', gone('CC')), kasse('CC')];
    expect(findKostentraeger(chain, 'AA', '2026-01-01')).toMatchObject({
      found: true,
      weg: ['AA', 'BB', 'CC'],
    });
    const circle = [kasse('AA', gone('BB')), kasse('BB', gone('AA'))];
    expect(findKostentraeger(circle, 'AA', '2026-01-01')).toEqual({
      found: false,
      grund: 'NACHFOLGE_CYCLE',
      weg: ['AA', 'BB', 'AA'],
    });
    expect(findKostentraeger([kasse('AA', gone('ZZ'))], 'AA', '2026-01-01')).toMatchObject({
      grund: 'NACHFOLGE_UNKNOWN',
    });
  });

  test('why nobody answers is told', () => {
    const grund = (eintraege: readonly Kostentraeger[]): unknown => {
      const suche = findKostentraeger(eintraege, 'CH', '2026-01-01');
      return suche.found ? undefined : suche.grund;
    };
    expect(grund([])).toBe('UNKNOWN_PREFIX');
    expect(grund([kasse('CH', { gueltigBis: '2025-12-31' })])).toBe('EXPIRED');
    expect(grund([kasse('CH', { gueltigBis: '2025-12-31', insolvenz: true })])).toBe('INSOLVENT');
  });
});

describe('a new version of the directory', () => {
  const hundred = Array.from({ length: 100 }, (_, index) =>
    kasse(`${'ABCDEFGHIJ'.charAt(index / 10)}${'ABCDEFGHIJ'.charAt(index % 10)}`),
  );

  test('[R-267] it replaces the old one only while four fifths of the insurers are still there', () => {
    expect(mayReplaceVerzeichnis(hundred, hundred.slice(20))).toEqual({
      allowed: true,
      known: 100,
      kept: 80,
    });
    expect(mayReplaceVerzeichnis(hundred, hundred.slice(21)).allowed).toBe(false);
    const strangers = hundred.map((one) => kasse(`2${one.kostentraegerkuerzel.charAt(1)}`));
    expect(mayReplaceVerzeichnis(hundred, strangers).allowed).toBe(false);
    expect(mayReplaceVerzeichnis([], hundred).allowed).toBe(true);
    expect(mayReplaceVerzeichnis([], []).allowed).toBe(false);
    expect(() => mayReplaceVerzeichnis([], [], 101)).toThrow(TypeError);
  });

  test('[R-267] what it changes is shown by insurer and field', () => {
    const before = [kasse('AA'), kasse('BB'), kasse('CC', { nummer: '1' })];
    const after = [
      kasse('BB', { endpunkt: 'neu.example.org' }),
      kasse('CC', { nummer: '2' }),
      kasse('DD'),
    ];
    expect(compareVerzeichnisse(before, after)).toEqual({
      added: [kasse('DD')],
      removed: [kasse('AA')],
      changed: [
        {
          kostentraegerkuerzel: 'BB',
          changes: [{ field: 'endpunkt', before: 'diga.example.org', after: 'neu.example.org' }],
        },
      ],
    });
  });
});

describe('buyer of an invoice from the directory', () => {
  test('the IK is the Kostentraegerkennung unless set otherwise', () => {
    const eintrag = kasse('CH', { ikRechnungsempfaenger: '108018007' });
    expect(buyerFromVerzeichnis(eintrag).ik).toBe('101575519');
    expect(buyerFromVerzeichnis(eintrag, { ik: 'ikRechnungsempfaenger' }).ik).toBe('108018007');
    expect(buyerFromVerzeichnis(kasse('CH'), { ik: 'ikRechnungsempfaenger' }).ik).toBe('101575519');
  });

  test('a missing address becomes the accepted text, an existing one is used', () => {
    expect(buyerFromVerzeichnis(kasse('CH')).address).toEqual({
      postCode: 'Information Missing',
      city: 'Information Missing',
      country: 'DE',
    });
    const address = {
      strassePostfach: 'Weg',
      hausnummerPostfachnummer: '1',
      plz: '10115',
      ort: 'Berlin',
    };
    expect(buyerFromVerzeichnis(kasse('CH', address)).address).toEqual({
      postCode: '10115',
      line: 'Weg 1',
      city: 'Berlin',
      country: 'DE',
    });
  });
});
