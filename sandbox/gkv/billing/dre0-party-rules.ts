import { descendants, normalized, select, textAt } from '../xml/xml-element.ts';
import { at } from './invoice.ts';
import { countIks, hasIk, ikAt } from './invoice-field.ts';
import type { Rule, RuleSet } from './rule.ts';

const SETTLEMENT =
  '/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement';
const SELLER = 'ram:SellerTradeParty/ram:ID';
const BUYER = 'ram:BuyerTradeParty/ram:ID';
const PAYEE = 'ram:PayeeTradeParty/ram:ID';

const forbidden = (id: string, name: string, what: string): Rule => ({
  id,
  text: `Eine DiGA-Rechnung enthält keine Angaben ${what}.`,
  holds: (means) => select(means, `ram:${name}`).length === 0,
});

/** The DiGA rules on parties and payment, under the ids of the published Schematron `dre0.sch`. */
export const dre0PartyRules: readonly RuleSet[] = [
  {
    xpath:
      '/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement',
    contexts: (root) => descendants(root, 'ram:ApplicableHeaderTradeAgreement'),
    rules: [
      {
        id: 'DRE0-AHTA-1',
        text: 'Das IK des DiGA-Herstellers hat genau neun Ziffern.',
        holds: (agreement) => hasIk(agreement, SELLER),
      },
      {
        id: 'DRE0-AHTS-11',
        text: 'Der DiGA-Hersteller hat genau ein IK mit der schemeID XR03.',
        holds: (agreement) => countIks(agreement, SELLER) === 1,
      },
      {
        id: 'DRE0-AHTA-2',
        text: 'Das IK der Krankenkasse hat genau neun Ziffern.',
        holds: (agreement) => hasIk(agreement, BUYER),
      },
      {
        id: 'DRE0-AHTS-12',
        text: 'Die Krankenkasse hat genau ein IK mit der schemeID XR03.',
        holds: (agreement) => countIks(agreement, BUYER) === 1,
      },
    ],
  },
  {
    xpath: SETTLEMENT,
    contexts: (root) => descendants(root, 'ram:ApplicableHeaderTradeSettlement'),
    rules: [
      {
        id: 'DRE0-AHTS-9',
        text: 'Das IK des Zahlungsempfängers hat genau neun Ziffern.',
        holds: (settlement) => hasIk(settlement, PAYEE),
      },
      {
        id: 'DRE0-AHTS-13',
        text: 'Der Zahlungsempfänger hat genau ein IK mit der schemeID XR03.',
        holds: (settlement) => countIks(settlement, PAYEE) === 1,
      },
      {
        id: 'DRE0-AHTS-10',
        text: 'Das IK des Zahlungsempfängers ist nicht das der Krankenkasse.',
        holds: (settlement, root) =>
          ikAt(settlement, PAYEE) !== ikAt(root, `${at.agreement}/${BUYER}`),
      },
      {
        id: 'DRE0-AHTS-1',
        text: 'Die Währung der Steuer ist EUR.',
        holds: (settlement) =>
          select(settlement, 'ram:TaxCurrencyCode').length === 0 ||
          textAt(settlement, 'ram:TaxCurrencyCode') === 'EUR',
      },
      {
        id: 'DRE0-AHTS-2',
        text: 'Die Währung der Rechnung ist EUR.',
        holds: (settlement) => textAt(settlement, 'ram:InvoiceCurrencyCode') === 'EUR',
      },
      {
        id: 'DRE0-AHTS-3',
        text: 'Die Rechnung enthält den Mehrwertsteuerbetrag in EUR.',
        holds: (settlement) =>
          select(
            settlement,
            'ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:TaxTotalAmount',
          ).filter(
            (amount) => amount.attributes.get('currencyID') === 'EUR' && normalized(amount) !== '',
          ).length === 1,
      },
    ],
  },
  {
    xpath: `${SETTLEMENT}/ram:SpecifiedTradePaymentTerms`,
    contexts: (root) => descendants(root, 'ram:SpecifiedTradePaymentTerms'),
    rules: [
      {
        id: 'DRE0-STPT-1',
        text: 'Die Beschreibung der Zahlungsbedingungen ist leer.',
        holds: (terms) => {
          const descriptions = select(terms, 'ram:Description');
          return descriptions.length === 1 && normalized(descriptions[0]) === '';
        },
      },
      {
        id: 'DRE0-STPT-2',
        text: 'Eine DiGA-Rechnung enthält kein Fälligkeitsdatum.',
        holds: (terms) => select(terms, 'ram:DueDateDateTime').length === 0,
      },
    ],
  },
  {
    xpath: `${SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans`,
    contexts: (root) => descendants(root, 'ram:SpecifiedTradeSettlementPaymentMeans'),
    rules: [
      forbidden('DRE0-AHTS-4', 'ApplicableTradeSettlementFinancialCard', 'zur Kartenzahlung'),
      forbidden('DRE0-AHTS-5', 'PayerPartyDebtorFinancialAccount', 'zum Konto des Debitors'),
      forbidden('DRE0-AHTS-6', 'PayeePartyCreditorFinancialAccount', 'zum Konto des Kreditors'),
      forbidden('DRE0-AHTS-7', 'PayerSpecifiedDebtorFinancialInstitution', 'zur Bank des Debitors'),
      forbidden(
        'DRE0-AHTS-8',
        'PayeeSpecifiedCreditorFinancialInstitution',
        'zur Bank des Kreditors',
      ),
    ],
  },
];
