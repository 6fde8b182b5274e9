import { krankenkassen, type Krankenkasse } from '../sandbox-insurers.ts';
import { document, element, type WrittenXml } from '../xml/write-xml.ts';

/**
 * Writes the Kostenträger-Mappingverzeichnis 3.0 of the sandbox's insurers.
 * @param authority host and port under which the sandbox is reached
 * @see EDRE0-MVZ_3.0.0.xsd
 */
export function kassenverzeichnis(authority: string): Uint8Array {
  return document(
    element(
      'Kostentraeger_Mappingverzeichnis',
      {
        xmlns: 'http://www.gkv-datenaustausch.de/XML-Schema/EDRE0_MVZ/3.0',
        'xmlns:bas': 'http://www.gkv-datenaustausch.de/XMLSchema/EDFC0-basis/3.0',
        version: '003.000.000',
        gueltigab: '2022-08-25',
      },
      krankenkassen.map((krankenkasse, index) => entry(krankenkasse, index + 1, authority)),
    ),
  );
}

function entry(krankenkasse: Krankenkasse, number: number, authority: string): WrittenXml {
  const { abrechnungsstelle } = krankenkasse;
  const values: readonly (readonly [string, string])[] = [
    ['Kostentraegerkuerzel', krankenkasse.kostentraegerkuerzel],
    ['Kostentraegerkennung', krankenkasse.kostentraegerkennung],
    ['Name_des_Kostentraegers', krankenkasse.name],
    ['IK_des_Rechnungsempfaengers', krankenkasse.kostentraegerkennung],
    ['IK_Abrechnungsstelle', abrechnungsstelle.ik],
    ['Name_Kommunikationsstelle', abrechnungsstelle.name],
    ['Endpunkt_Kommunikationsstelle', `${authority}/${abrechnungsstelle.path}`],
    ['Versandart', krankenkasse.versandart],
    ['Strasse_Postfach', 'Sandkastenweg'],
    ['Hausnummer_Postfachnummer', String(number)],
    ['PLZ', '10115'],
    ['Ort', 'Berlin'],
    ['Kontaktdaten_Technisch_Telefon', '+49 30 0000000'],
    ['Kontaktdaten_Technisch_EMail', 'sandbox@example.org'],
  ];
  return element(
    'Krankenkasseninformation',
    {
      Nummer: `ID${number}`,
      gueltig_bis: krankenkasse.gueltigBis,
      nachfolge_kostentraegerkuerzel: krankenkasse.nachfolger,
    },
    values.map(([name, value]) => element(`bas:${name}`, {}, value)),
  );
}
