import { select, textAt } from '../xml/xml-element.ts';
import { at } from './invoice.ts';
import type { Rule, RuleSet } from './rule.ts';

const SELLER = `${at.agreement}/ram:SellerTradeParty`;
const BUYER = `${at.agreement}/ram:BuyerTradeParty`;

const required = (id: string, path: string, what: string): Rule => ({
  id,
  text: `Das Element ${what} muss übermittelt werden.`,
  holds: (root) => textAt(root, path) !== '',
});

/**
 * What XRechnung 2.2 demands of a DiGA invoice. The step val-sch.2 uses these rules; the published ones
 * need a Schematron engine that this sandbox does without.
 */
export const xrechnungCoreRules: readonly RuleSet[] = [
  {
    xpath: '/rsm:CrossIndustryInvoice',
    contexts: (root) => [root],
    rules: [
      {
        id: 'BR-DE-1',
        text: 'Eine Rechnung muss Angaben zu PAYMENT INSTRUCTIONS (BG-16) enthalten.',
        holds: (root) =>
          select(root, `${at.settlement}/ram:SpecifiedTradeSettlementPaymentMeans`).length > 0,
      },
      {
        id: 'BR-DE-2',
        text: 'Die Gruppe SELLER CONTACT (BG-6) muss übermittelt werden.',
        holds: (root) => select(root, `${SELLER}/ram:DefinedTradeContact`).length > 0,
      },
      required('BR-DE-3', `${SELLER}/ram:PostalTradeAddress/ram:CityName`, 'Seller city (BT-37)'),
      required(
        'BR-DE-4',
        `${SELLER}/ram:PostalTradeAddress/ram:PostcodeCode`,
        'Seller post code (BT-38)',
      ),
      {
        id: 'BR-DE-5',
        text: 'Das Element Seller contact point (BT-41) muss übermittelt werden.',
        holds: (root) =>
          textAt(root, `${SELLER}/ram:DefinedTradeContact/ram:PersonName`) !== '' ||
          textAt(root, `${SELLER}/ram:DefinedTradeContact/ram:DepartmentName`) !== '',
      },
      required(
        'BR-DE-6',
        `${SELLER}/ram:DefinedTradeContact/ram:TelephoneUniversalCommunication/ram:CompleteNumber`,
        'Seller contact telephone number (BT-42)',
      ),
      required(
        'BR-DE-7',
        `${SELLER}/ram:DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID`,
        'Seller contact email address (BT-43)',
      ),
      required('BR-DE-8', `${BUYER}/ram:PostalTradeAddress/ram:CityName`, 'Buyer city (BT-52)'),
      required(
        'BR-DE-9',
        `${BUYER}/ram:PostalTradeAddress/ram:PostcodeCode`,
        'Buyer post code (BT-53)',
      ),
      required('BR-DE-15', `${at.agreement}/ram:BuyerReference`, 'Buyer reference (BT-10)'),
      {
        id: 'BR-DE-18-a',
        text: 'Die Zahlungsbedingungen (BT-20) müssen übermittelt werden, auch wenn sie leer sind.',
        holds: (root) =>
          select(root, `${at.settlement}/ram:SpecifiedTradePaymentTerms/ram:Description`).length >
          0,
      },
      {
        id: 'BR-DE-23-a',
        text: 'Bei Überweisung (30, 58) muss ein Konto (BG-17) angegeben sein.',
        holds: (root) =>
          select(root, `${at.settlement}/ram:SpecifiedTradeSettlementPaymentMeans`).every(
            (means) =>
              !/^(30|58)$/.test(textAt(means, 'ram:TypeCode')) ||
              select(means, 'ram:PayeePartyCreditorFinancialAccount').length > 0,
          ),
      },
    ],
  },
];
