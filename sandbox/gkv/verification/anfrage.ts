import { normalized, select, textAt, type XmlElement } from '../xml/xml-element.ts';
import type { Fehler } from './fehler.ts';

/** A `Pruefung_Freischaltcode` of type ANF. */
export interface Anfrage {
  readonly verfahrenskennung: string;
  readonly absender: string;
  readonly empfaenger: string;
  readonly ikHersteller: string;
  readonly ikKrankenkasse: string;
  readonly digaId: string;
  readonly freischaltcode: string;
}

const NAMESPACE = 'http://www.gkv-datenaustausch.de/XML-Schema/EDFC0_Pruefung/3.0';
const ROOT_ATTRIBUTES: readonly (readonly [string, RegExp])[] = [
  ['version', /^003\.000\.000$/],
  ['gueltigab', /^2022-08-25$/],
  ['verfahrenskennung', /^[ET]DFC0$/],
  ['nachrichtentyp', /^ANF$/],
  ['absender', /^\d{9}$/],
  ['empfaenger', /^\d{9}$/],
];
const ELEMENTS: readonly (readonly [string, RegExp])[] = [
  ['IK_DiGA_Hersteller', /^\d{9}$/],
  ['IK_Krankenkasse', /^\d{9}$/],
  ['DiGAID', /^\d{5}$/],
  ['Freischaltcode', /^[A-Z2-7]{16}$/],
];
const ROOT = '/Pruefung_Freischaltcode';

/**
 * Reads a request and checks everything that EDFC0-Pruefung_3.0.0.xsd demands of it, and that the message type fits
 * the content (the published Schematron means to, but matches an old namespace).
 */
export function readAnfrage(root: XmlElement): Anfrage | Fehler {
  if (root.name !== 'Pruefung_Freischaltcode' || root.namespace !== NAMESPACE) return invalid('/*');
  const attribute = ROOT_ATTRIBUTES.find(
    ([name, pattern]) => !pattern.test(root.attributes.get(name) ?? ''),
  );
  if (attribute !== undefined) return invalid(`${ROOT}/@${attribute[0]}`);
  const extra = [...root.attributes.keys()].find(
    (name) => !ROOT_ATTRIBUTES.some(([known]) => known === name),
  );
  if (extra !== undefined) return invalid(ROOT);
  const [anfrage] = select(root, 'dfc:Anfrage');
  if (anfrage === undefined || root.children.length !== 1 || normalized(root) !== '') {
    return invalid(ROOT);
  }
  if (anfrage.attributes.size > 0 || normalized(anfrage) !== '') return invalid(`${ROOT}/Anfrage`);
  if (anfrage.children.length > ELEMENTS.length) return invalid(`${ROOT}/Anfrage`);
  const wrong = ELEMENTS.find(([name, pattern], index) => {
    const child = anfrage.children[index];
    return (
      child?.name !== name ||
      child.namespace !== NAMESPACE ||
      child.attributes.size > 0 ||
      child.children.length > 0 ||
      !pattern.test(normalized(child))
    );
  });
  if (wrong !== undefined) return invalid(`${ROOT}/Anfrage/${wrong[0]}`);
  return {
    verfahrenskennung: root.attributes.get('verfahrenskennung') ?? '',
    absender: root.attributes.get('absender') ?? '',
    empfaenger: root.attributes.get('empfaenger') ?? '',
    ikHersteller: textAt(anfrage, 'dfc:IK_DiGA_Hersteller'),
    ikKrankenkasse: textAt(anfrage, 'dfc:IK_Krankenkasse'),
    digaId: textAt(anfrage, 'dfc:DiGAID'),
    freischaltcode: textAt(anfrage, 'dfc:Freischaltcode'),
  };
}

function invalid(xpath: string): Fehler {
  return { nummer: 200, xpath };
}
