import { isCalendarDay } from './calendar-day.ts';
import { hasFittingIkCheckDigit, isIk } from './ik.ts';
import type { Kostentraeger, Versandart, VerzeichnisWarnung } from './kostentraeger.ts';
import { collapse, type XmlElement } from './xml-element.ts';

/** An entry with the warnings it caused; without an entry when it cannot be used. */
export interface GelesenerEintrag {
  readonly eintrag?: Kostentraeger;
  readonly warnungen: readonly VerzeichnisWarnung[];
}

type Note = (code: VerzeichnisWarnung['code'], field: string) => void;

/** Optional elements with their largest length. */
const OPTIONAL = [
  ['nameKommunikationsstelle', 'Name_Kommunikationsstelle', 100],
  ['email', 'EMail_Kostentraeger', 45],
  ['postalischeZusaetze', 'Postalische_Zusaetze', 200],
  ['strassePostfach', 'Strasse_Postfach', 200],
  ['hausnummerPostfachnummer', 'Hausnummer_Postfachnummer', 10],
  ['plz', 'PLZ', 5],
  ['ort', 'Ort', 100],
  ['technischTelefon', 'Kontaktdaten_Technisch_Telefon', 30],
  ['technischEmail', 'Kontaktdaten_Technisch_EMail', 45],
] as const;

/** Elements that the schema or the way of dispatch demands, though the entry is usable without. */
const DEMANDED: Readonly<Record<Versandart, readonly string[]>> = {
  1: [],
  2: ['EMail_Kostentraeger'],
  3: ['Strasse_Postfach', 'Hausnummer_Postfachnummer', 'PLZ', 'Ort'],
};

/** A free text far beyond the schema is not a slip any more; the entry is still kept, the text is not. */
const TEXT_MAX = 1000;

/**
 * Reads one `Krankenkasseninformation` leniently: deviations from the schema become warnings, and only an entry without
 * a usable prefix, IK, clearing point, name, endpoint or way of dispatch is left out.
 */
export function readEintrag(element: XmlElement, entry: number): GelesenerEintrag {
  const warnungen: VerzeichnisWarnung[] = [];
  const note: Note = (code, field) => {
    warnungen.push({ code, entry, field });
  };
  const text = (name: string): string | undefined => textOf(element, name);
  const kuerzel = text('Kostentraegerkuerzel') ?? '';
  const name = text('Name_des_Kostentraegers') ?? '';
  const kennung = text('Kostentraegerkennung') ?? '';
  const abrechnungsstelle = text('IK_Abrechnungsstelle') ?? '';
  const endpunkt = text('Endpunkt_Kommunikationsstelle') ?? '';
  const versandart = versandartOf(text('Versandart'));
  const broken = [
    ...(/^[A-Z2-7]{2}$/.test(kuerzel) ? [] : ['Kostentraegerkuerzel']),
    ...(isIk(kennung) ? [] : ['Kostentraegerkennung']),
    ...(isIk(abrechnungsstelle) ? [] : ['IK_Abrechnungsstelle']),
    ...(name.length >= 1 && name.length <= TEXT_MAX ? [] : ['Name_des_Kostentraegers']),
    ...(isEndpunkt(endpunkt) ? [] : ['Endpunkt_Kommunikationsstelle']),
  ];
  if (broken.length > 0 || versandart === undefined) {
    for (const field of broken) note('BROKEN', field);
    if (versandart === undefined) note('BROKEN', 'Versandart');
    return { warnungen };
  }
  if (name.length > 100) note('LENGTH', 'Name_des_Kostentraegers');
  for (const field of DEMANDED[versandart]) {
    if (text(field) === undefined) note('MISSING', field);
  }
  const nummer = element.attributes.get('Nummer');
  if (nummer === undefined) note('MISSING', 'Nummer');
  const eintrag: Kostentraeger = {
    ...(nummer === undefined ? {} : { nummer }),
    kostentraegerkuerzel: kuerzel,
    kostentraegerkennung: kennung,
    name,
    ...rechnungsempfaengerOf(text('IK_des_Rechnungsempfaengers'), note),
    ikAbrechnungsstelle: abrechnungsstelle,
    endpunkt,
    versandart,
    ...optionalTexts(text, note),
    ...gueltigkeitOf(element, note),
  };
  const iks = [
    [kennung, 'Kostentraegerkennung'],
    [abrechnungsstelle, 'IK_Abrechnungsstelle'],
    [eintrag.ikRechnungsempfaenger, 'IK_des_Rechnungsempfaengers'],
  ] as const;
  for (const [ik, field] of iks) {
    if (ik !== undefined && !hasFittingIkCheckDigit(ik)) note('IK_CHECK_DIGIT', field);
  }
  return { eintrag, warnungen };
}

function textOf(element: XmlElement, name: string): string | undefined {
  const text = element.children.find((child) => child.name === name)?.text;
  const value = text === undefined ? '' : collapse(text.replaceAll('\u00a0', ' '));
  return value === '' ? undefined : value;
}

function versandartOf(text: string | undefined): Versandart | undefined {
  return ([1, 2, 3] as const).find((versandart) => text === String(versandart));
}

/** Only what can never be a host with a path is broken; the transport decides about the rest when it makes the address. */
function isEndpunkt(endpunkt: string): boolean {
  return /^[^\s@?#<>"\\]{1,200}$/.test(endpunkt);
}

function rechnungsempfaengerOf(
  text: string | undefined,
  note: Note,
): { ikRechnungsempfaenger?: string } {
  if (text !== undefined && isIk(text)) return { ikRechnungsempfaenger: text };
  note(text === undefined ? 'MISSING' : 'VALUE', 'IK_des_Rechnungsempfaengers');
  return {};
}

function optionalTexts(
  text: (name: string) => string | undefined,
  note: Note,
): Partial<Record<(typeof OPTIONAL)[number][0], string>> {
  const texts: Partial<Record<(typeof OPTIONAL)[number][0], string>> = {};
  for (const [key, field, max] of OPTIONAL) {
    const value = text(field);
    if (value !== undefined && value.length > max) note('LENGTH', field);
    if (value !== undefined && value.length <= TEXT_MAX) texts[key] = value;
  }
  return texts;
}

function gueltigkeitOf(
  element: XmlElement,
  note: Note,
): Pick<Kostentraeger, 'insolvenz' | 'gueltigAb' | 'gueltigBis' | 'nachfolgeKostentraegerkuerzel'> {
  const attribute = (name: string, accepts: (value: string) => boolean): string | undefined => {
    const value = collapse(element.attributes.get(name) ?? '');
    if (value === '') return undefined;
    if (accepts(value)) return value;
    note('VALUE', name);
    return undefined;
  };
  const insolvenz = attribute('insolvenz', (value) => value === 'J' || value === 'N') === 'J';
  const gueltigAb = attribute('gueltig_ab', isCalendarDay);
  const gueltigBis = attribute('gueltig_bis', isCalendarDay);
  const nachfolge = attribute('nachfolge_kostentraegerkuerzel', (value) =>
    /^[A-Z2-7]{2}$/.test(value),
  );
  if (gueltigBis !== undefined && nachfolge === undefined && !insolvenz) {
    note('NACHFOLGE_MISSING', 'nachfolge_kostentraegerkuerzel');
  }
  return {
    insolvenz,
    ...(gueltigAb === undefined ? {} : { gueltigAb }),
    ...(gueltigBis === undefined ? {} : { gueltigBis }),
    ...(nachfolge === undefined ? {} : { nachfolgeKostentraegerkuerzel: nachfolge }),
  };
}
