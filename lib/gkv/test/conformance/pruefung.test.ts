import { describe, expect } from '@jest/globals';
import { isGkvMessageError } from '../../gkv-message-error.ts';
import { buildPruefungAnfrage, buildPruefungNachricht } from '../../pruefung-bauen.ts';
import type { PruefungNachricht } from '../../pruefung-freischaltcode.ts';
import { parsePruefungNachricht } from '../../pruefung-lesen.ts';
import { officialTest } from '../support/official-test.ts';
import { sharedBytes, sharedNames, sharedText } from '../support/shared-data.ts';
import { bytesOf } from '../support/sample.ts';
import { xsdErrors } from '../support/xsd.ts';

const SCHEMA = 'EDFC0-Pruefung_3.0.0.xsd';

const KOPF = {
  verfahrenskennung: 'TDFC0',
  absender: '333333333',
  empfaenger: '123456789',
} as const;

const ANTWORT: PruefungNachricht = {
  ...KOPF,
  nachrichtentyp: 'ANT',
  ikDiGAHersteller: '123456789',
  ikKrankenkasse: '111111111',
  digaVeId: '12345000',
  freischaltcode: '77AAAAAAAAAAAAAX',
  tagDerLeistungserbringung: '2026-03-02',
};

const FEHLER: PruefungNachricht = {
  ...KOPF,
  nachrichtentyp: 'FEH',
  fehler: [
    { fehlernummer: 102, fehlertext: 'nicht gefunden <&>', xpath: '/a[@b="c"]' },
    { fehlernummer: 7 },
  ],
};

function accepted(bytes: Uint8Array): boolean {
  try {
    parsePruefungNachricht(bytes);
    return true;
  } catch (error) {
    if (isGkvMessageError(error)) return false;
    throw error;
  }
}

describe('EDFC0_Pruefung 3.0 against the official schema', () => {
  officialTest('what is built is valid', async () => {
    const anfrage = buildPruefungAnfrage({
      verfahrenskennung: 'TDFC0',
      ikDiGAHersteller: '123456789',
      ikKrankenkasse: '111111111',
      digaId: '12345',
      freischaltcode: '77AAAAAAAAAAAAAX',
    });
    for (const bytes of [
      anfrage,
      buildPruefungNachricht(ANTWORT),
      buildPruefungNachricht(FEHLER),
    ]) {
      expect(await xsdErrors(bytes, 'xsd/gkv', SCHEMA)).toEqual([]);
    }
  });

  officialTest('reader and schema agree on altered messages', async () => {
    const antwort = new TextDecoder().decode(buildPruefungNachricht(ANTWORT));
    const fehler = new TextDecoder().decode(buildPruefungNachricht(FEHLER));
    const alterations: readonly (readonly [string, string | RegExp, string])[] = [
      [antwort, '<Antwort>', '<!-- c --><Antwort>'],
      [antwort, '<DiGAVEID>12345000', '<DiGAVEID> 12345000\n'],
      [antwort, '<DiGAVEID>12345000', '<DiGAVEID>1234500'],
      [antwort, '>77AAAAAAAAAAAAAX<', '> 77AAAAAAAAAAAAAX <'],
      [antwort, '>77AAAAAAAAAAAAAX<', '>77AAAAAAAAAAAAA1<'],
      [antwort, '>77AAAAAAAAAAAAAX<', '>77AAAAAAAA<![CDATA[AAAAAX]]><'],
      [antwort, '>77AAAAAAAAAAAAAX<', '>77AAAAAAAAAAAAA&#88;<'],
      [antwort, '<IK_Krankenkasse>1', '<IK_Krankenkasse> 1'],
      [antwort, '<IK_Krankenkasse>1', '<IK_Krankenkasse>'],
      [antwort, '2026-03-02', '2026-02-29'],
      [antwort, '2026-03-02', ' 2024-02-29 '],
      [antwort, '2026-03-02', '2026-03-02Z'],
      [antwort, /<DiGAVEID>.*<\/DiGAVEID>\s*/, ''],
      [antwort, /(<DiGAVEID>.*<\/DiGAVEID>)/, '$1$1'],
      [antwort, /(<DiGAVEID>.*<\/DiGAVEID>)(\s*)(<Freisch.*>)/, '$3$2$1'],
      [antwort, '<DiGAVEID>', '<DiGAVEID x="1">'],
      [antwort, '<Antwort>', '<Antwort xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'],
      [antwort, '<Antwort>', '<Antwort>text'],
      [antwort, '<Antwort>', '<Antwort id="1">'],
      [antwort, '<DiGAVEID>12345000</DiGAVEID>', '<DiGAVEID xmlns="">12345000</DiGAVEID>'],
      [antwort, 'version="003.000.000"', 'version="003.000.001"'],
      [antwort, 'gueltigab="2022-08-25"', ''],
      [antwort, 'absender="333333333"', 'absender="33333333"'],
      [antwort, 'absender="333333333"', 'absender="333333333" extra="1"'],
      [antwort, 'verfahrenskennung="TDFC0"', 'verfahrenskennung="TDRE0"'],
      [antwort, 'nachrichtentyp="ANT"', 'nachrichtentyp="XXX"'],
      [antwort, /<Antwort>[\s\S]*<\/Antwort>/, ''],
      [antwort, /(<Antwort>[\s\S]*<\/Antwort>)/, '$1$1'],
      [fehler, '<Fehlernummer>102', '<Fehlernummer>0102'],
      [fehler, '<Fehlernummer>102', '<Fehlernummer>+102'],
      [fehler, '<Fehlernummer>102', '<Fehlernummer> 102 '],
      [fehler, '<Fehlernummer>102', '<Fehlernummer>1020'],
      [fehler, '<Fehlernummer>102', '<Fehlernummer>0'],
      [fehler, '<Fehlernummer>102', '<Fehlernummer>-1'],
      [fehler, '<Fehlernummer>102', '<Fehlernummer>1.0'],
      [fehler, /<Fehlertext>.*<\/Fehlertext>/, '<Fehlertext>  </Fehlertext>'],
      [fehler, /<Fehlertext>.*<\/Fehlertext>/, `<Fehlertext>${'ä'.repeat(600)}</Fehlertext>`],
      [fehler, /<Fehlertext>.*<\/Fehlertext>/, `<Fehlertext>${'ä'.repeat(601)}</Fehlertext>`],
      [fehler, /<Fehlertext>.*<\/Fehlertext>/, `<Fehlertext>${' '.repeat(700)}x</Fehlertext>`],
      [fehler, /(<Fehlerinformation>[\s\S]*?<\/Fehlerinformation>)/, '$1'.repeat(98)],
      [fehler, /(<Fehlerinformation>[\s\S]*?<\/Fehlerinformation>)/, '$1'.repeat(99)],
    ];
    const verdicts = new Set<boolean>();
    for (const [text, found, replacement] of alterations) {
      const altered = text.replace(found, replacement);
      expect(altered).not.toBe(text);
      const valid = (await xsdErrors(altered, 'xsd/gkv', SCHEMA)).length === 0;
      expect([replacement, accepted(bytesOf(altered))]).toEqual([replacement, valid]);
      verdicts.add(valid);
    }
    expect(verdicts.size).toBe(2);
  });

  officialTest('official samples are read as their schema judges them', async () => {
    const samples = sharedNames('instances/dfc0').filter((name) => name.includes('_3.0_'));
    expect(samples.length).toBeGreaterThan(4);
    for (const name of samples) {
      const path = `instances/dfc0/${name}`;
      const valid = (await xsdErrors(sharedText(path), 'xsd/gkv', SCHEMA)).length === 0;
      expect([name, accepted(sharedBytes(path))]).toEqual([name, valid]);
    }
  });

  officialTest('samples of the obsolete version 2.0.0 are read for diagnosis only', () => {
    const nummern = [100, 101, 102, 200, 201, 202];
    for (const nummer of nummern) {
      const bytes = sharedBytes(`instances/dfc0/FEH-${nummer}.xml`);
      expect(accepted(bytes)).toBe(false);
      const nachricht = parsePruefungNachricht(bytes, { obsoleteVersion: true });
      expect(nachricht).toMatchObject({
        nachrichtentyp: 'FEH',
        fehler: [{ fehlernummer: nummer }],
      });
    }
  });
});
