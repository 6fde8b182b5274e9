import { descendants, select, textAt, type XmlElement } from '../xml/xml-element.ts';
import { decimal } from './decimal.ts';
import { date102, hasDate102, hasSchemeId, schemed } from './invoice-field.ts';
import { at, DELIVERY_DATE, SELL_BY_DATE } from './invoice.ts';
import type { RuleSet } from './rule.ts';

const XRECHNUNG = 'urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung_2.2';
const PROFILE = `${XRECHNUNG}#conformant#urn:xoev-de:kosit:extension:xrechnung_2.2`;
const NUMBER = /^.{0,19}\d$/;
const REASON =
  /^(001|002|003|004)|010:(UST-ID|KK-Adresse|LE-Adresse)(\+(UST-ID|KK-Adresse|LE-Adresse))*$/;
const GUIDELINE = 'ram:GuidelineSpecifiedDocumentContextParameter/ram:ID';
const ORIGINAL = `${at.settlement}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID`;

const isCorrection = (document: XmlElement): boolean => textAt(document, 'ram:TypeCode') === '384';

/** The DiGA rules (validation step val-sch.3), under the ids of the published Schematron `dre0.sch`. */
export const dre0Rules: readonly RuleSet[] = [
  {
    xpath: '/rsm:CrossIndustryInvoice/rsm:ExchangedDocumentContext',
    contexts: (root) => select(root, 'rsm:ExchangedDocumentContext'),
    rules: [
      {
        id: 'DRE0-EDC-1',
        text: 'Eine DiGA-Rechnung muss dem XRechnung-Standard 2.2 mit Extension entsprechen.',
        holds: (context) => textAt(context, GUIDELINE).startsWith(XRECHNUNG),
      },
      {
        id: 'DRE0-EDC-2',
        text: 'Die Kennung der Richtlinie muss die Extension von XRechnung 2.2 nennen.',
        holds: (context) => textAt(context, GUIDELINE) === PROFILE,
      },
    ],
  },
  {
    xpath: '/rsm:CrossIndustryInvoice/rsm:ExchangedDocument',
    contexts: (root) => select(root, at.document),
    rules: [
      {
        id: 'DRE0-ED-1',
        text: 'Die Rechnungsnummer hat 1 bis 20 Zeichen, das letzte ist eine Ziffer.',
        holds: (document) => NUMBER.test(textAt(document, 'ram:ID')),
      },
      {
        id: 'DRE0-ED-2',
        text: 'Eine DiGA-Rechnung ist vom Typ 380 oder 384.',
        holds: (document) => /^38[04]$/.test(textAt(document, 'ram:TypeCode')),
      },
      {
        id: 'DRE0-ED-3',
        text: 'Das Rechnungsdatum hat das Format 102 (JJJJMMTT).',
        holds: (document) =>
          /^\d{8}$/.test(date102(document, 'ram:IssueDateTime/udt:DateTimeString')),
      },
      {
        id: 'DRE0-CORR-1',
        text: 'Eine Korrekturrechnung nennt die Nummer der Originalrechnung.',
        holds: (document, root) => !isCorrection(document) || textAt(root, ORIGINAL) !== '',
      },
      {
        id: 'DRE0-CORR-2',
        text: 'Die Nummer einer Korrekturrechnung ist nicht die der Originalrechnung.',
        holds: (document, root) =>
          !isCorrection(document) || textAt(document, 'ram:ID') !== textAt(root, ORIGINAL),
      },
      {
        id: 'DRE0-CORR-3',
        text: 'Die Nummer der Originalrechnung entspricht der Norm für Rechnungsnummern.',
        holds: (document, root) => !isCorrection(document) || NUMBER.test(textAt(root, ORIGINAL)),
      },
      {
        id: 'DRE0-CORR-4',
        text: 'Eine Korrekturrechnung nennt im Anmerkungsfeld einen Grund nach Anhang 7.',
        holds: (document) =>
          !isCorrection(document) || REASON.test(textAt(document, 'ram:IncludedNote/ram:Content')),
      },
    ],
  },
  {
    xpath: '/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction',
    contexts: (root) => select(root, at.transaction),
    rules: [
      {
        id: 'DRE0-SCTT-1',
        text: 'Eine DiGA-Rechnung enthält genau eine Position.',
        holds: (transaction) =>
          select(transaction, 'ram:IncludedSupplyChainTradeLineItem').length === 1,
      },
      ...(['DiGAVEID', 'Freischaltcode', 'IK'] as const).map((scheme, index) => ({
        id: `DRE0-UPD-${index + 1}`,
        level: 'information' as const,
        text: `Die schemeID ${scheme} ist veraltet; die neue ist XR0${index + 1}.`,
        holds: (_transaction: XmlElement, root: XmlElement) => !hasSchemeId(root, scheme),
      })),
    ],
  },
  {
    xpath:
      '/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem',
    contexts: (root) => descendants(root, 'ram:IncludedSupplyChainTradeLineItem'),
    rules: [
      {
        id: 'DRE0-SCTT-2',
        text: 'Die Position enthält eine DiGA-VE-ID mit genau acht Stellen.',
        holds: (line) =>
          /^\d{8}$/.test(schemed(line, 'ram:SpecifiedTradeProduct/ram:GlobalID', 'XR01')),
      },
      {
        id: 'DRE0-SCTT-11',
        text: 'Die schemeID der DiGA-VE-ID ist XR01.',
        holds: (line) => {
          const [id, ...more] = select(line, 'ram:SpecifiedTradeProduct/ram:GlobalID');
          return more.length === 0 && id?.attributes.get('schemeID')?.trim() === 'XR01';
        },
      },
      {
        id: 'DRE0-SCTT-3',
        text: 'Die Position enthält einen Freischaltcode mit genau 16 Stellen.',
        holds: (line) =>
          /^[A-Z2-7]{16}$/.test(
            schemed(line, 'ram:SpecifiedTradeProduct/ram:BuyerAssignedID', 'XR02'),
          ),
      },
      {
        id: 'DRE0-SCTT-12',
        text: 'Die schemeID des Freischaltcodes ist XR02.',
        holds: (line) => {
          const [id, ...more] = select(line, 'ram:SpecifiedTradeProduct/ram:BuyerAssignedID');
          return more.length === 0 && id?.attributes.get('schemeID')?.trim() === 'XR02';
        },
      },
      {
        id: 'DRE0-SCTT-4',
        text: 'Die Position enthält den Namen der DiGA.',
        holds: (line) => textAt(line, 'ram:SpecifiedTradeProduct/ram:Name') !== '',
      },
      {
        id: 'DRE0-SCTT-5',
        text: 'Die Rechnung enthält den Tag der Leistungserbringung im Format 102.',
        holds: (line, root) =>
          /^\d{8}$/.test(date102(line, SELL_BY_DATE)) ||
          /^\d{8}$/.test(date102(root, `${at.delivery}/${DELIVERY_DATE}`)),
      },
      {
        id: 'DRE0-SCTT-6',
        text: 'Der Tag der Leistungserbringung steht nur an einer Stelle.',
        // The published rule compares with a path that is always empty, so that it fires whenever both are there.
        holds: (line, root) =>
          !(
            hasDate102(line, SELL_BY_DATE) && hasDate102(root, `${at.delivery}/${DELIVERY_DATE}`)
          ) || date102(line, SELL_BY_DATE) === '',
      },
      {
        id: 'DRE0-SCTT-7',
        text: 'Einzelpreis und Gesamtpreis der Position sind gleich.',
        holds: (line) => {
          const price = decimal(
            textAt(
              line,
              'ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount',
            ),
          );
          const total = decimal(
            textAt(
              line,
              'ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount',
            ),
          );
          return price !== undefined && price === total;
        },
      },
      {
        id: 'DRE0-SCTT-8',
        text: 'Die Abrechnungseinheit ist C62.',
        holds: (line) =>
          select(line, 'ram:SpecifiedLineTradeDelivery/ram:BilledQuantity').some(
            (quantity) => quantity.attributes.get('unitCode') === 'C62',
          ),
      },
      {
        id: 'DRE0-SCTT-9',
        text: 'Die Abrechnungsmenge ist 1.',
        holds: (line) => textAt(line, 'ram:SpecifiedLineTradeDelivery/ram:BilledQuantity') === '1',
      },
      {
        id: 'DRE0-SCTT-10',
        text: 'Die DiGA-VE-ID hat genau acht Stellen.',
        holds: (line) => /^\d{8}$/.test(textAt(line, 'ram:SpecifiedTradeProduct/ram:GlobalID')),
      },
    ],
  },
];
