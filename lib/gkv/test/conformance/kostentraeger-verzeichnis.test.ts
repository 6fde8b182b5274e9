import { describe, expect } from '@jest/globals';
import { findKostentraeger } from '../../kostentraeger-suche.ts';
import { parseKostentraegerVerzeichnis } from '../../kostentraeger-verzeichnis.ts';
import { officialTest } from '../support/official-test.ts';
import { sharedBytes, sharedText } from '../support/shared-data.ts';
import { bytesOf } from '../support/sample.ts';
import { xsdErrors } from '../support/xsd.ts';

const SAMPLE = 'instances/mapping/KostentraegerMappingVerzeichnis_3.0.xml';
const SCHEMA = 'EDRE0-MVZ_3.0.0.xsd';

describe('EDRE0 Kostentraeger-Mappingverzeichnis 3.0, official sample', () => {
  officialTest('every entry is read, made-up IKs are warned about', () => {
    const { eintraege, warnungen, gelesen } = parseKostentraegerVerzeichnis(sharedBytes(SAMPLE));
    expect([eintraege.map((entry) => entry.kostentraegerkuerzel), gelesen]).toEqual([
      ['ZZ', 'ZY', 'ZX'],
      3,
    ]);
    expect(eintraege[1]).toMatchObject({
      name: 'Testkrankenkasse zwei',
      postalischeZusaetze: 'z. Hd. Frau Pü',
      gueltigBis: '2022-06-19',
      nachfolgeKostentraegerkuerzel: 'ZX',
    });
    expect(new Set(warnungen.map((warnung) => warnung.code))).toEqual(new Set(['IK_CHECK_DIGIT']));
  });

  officialTest('the successor answers for an insurer that has ended', () => {
    const { eintraege } = parseKostentraegerVerzeichnis(sharedBytes(SAMPLE));
    expect(findKostentraeger(eintraege, 'ZY', '2022-07-01')).toMatchObject({ weg: ['ZY', 'ZX'] });
    expect(findKostentraeger(eintraege, 'ZY', '2022-09-01')).toMatchObject({
      found: false,
      grund: 'INSOLVENT',
    });
  });

  officialTest('a file that the schema refuses is still read', async () => {
    const text = sharedText(SAMPLE).replace(/<bas:Kontaktdaten_Technisch_EMail>.*?>\s/, '\n');
    expect((await xsdErrors(text, 'xsd/gkv', SCHEMA)).length).toBeGreaterThan(0);
    expect(await xsdErrors(sharedText(SAMPLE), 'xsd/gkv', SCHEMA)).toEqual([]);
    expect(parseKostentraegerVerzeichnis(bytesOf(text)).eintraege).toHaveLength(3);
  });
});
