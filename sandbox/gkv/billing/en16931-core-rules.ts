import { select, textAt, type XmlElement } from '../xml/xml-element.ts';
import { decimal, percentOf, withinOneCent } from './decimal.ts';
import { at } from './invoice.ts';
import type { Rule, RuleSet } from './rule.ts';

const SUMMATION = 'ram:SpecifiedTradeSettlementHeaderMonetarySummation';

const present = (id: string, path: string, what: string): Rule => ({
  id,
  text: `An invoice shall have ${what}.`,
  holds: (root) => textAt(root, path) !== '',
});

const amount = (from: XmlElement, path: string): bigint | undefined => decimal(textAt(from, path));

const total = (root: XmlElement, name: string): bigint | undefined =>
  amount(root, `${at.settlement}/${SUMMATION}/ram:${name}`);

const sum = (values: readonly (bigint | undefined)[]): bigint | undefined =>
  values.reduce<bigint | undefined>(
    (left, right) => (left === undefined || right === undefined ? undefined : left + right),
    0n,
  );

/**
 * What of EN 16931 concerns a DiGA invoice with one line and no allowances: presence and arithmetic. The step
 * val-sch.1 uses these rules; the published ones need a Schematron engine that this sandbox does without.
 */
export const en16931CoreRules: readonly RuleSet[] = [
  {
    xpath: '/rsm:CrossIndustryInvoice',
    contexts: (root) => [root],
    rules: [
      present('BR-02', `${at.document}/ram:ID`, 'a number (BT-1)'),
      present(
        'BR-03',
        `${at.document}/ram:IssueDateTime/udt:DateTimeString`,
        'an issue date (BT-2)',
      ),
      present('BR-04', `${at.document}/ram:TypeCode`, 'a type code (BT-3)'),
      present('BR-05', `${at.settlement}/ram:InvoiceCurrencyCode`, 'a currency (BT-5)'),
      present('BR-06', `${at.agreement}/ram:SellerTradeParty/ram:Name`, 'a seller name (BT-27)'),
      present('BR-07', `${at.agreement}/ram:BuyerTradeParty/ram:Name`, 'a buyer name (BT-44)'),
      present(
        'BR-09',
        `${at.agreement}/ram:SellerTradeParty/ram:PostalTradeAddress/ram:CountryID`,
        'a seller country (BT-40)',
      ),
      present(
        'BR-11',
        `${at.agreement}/ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CountryID`,
        'a buyer country (BT-55)',
      ),
      {
        id: 'BR-CO-10',
        text: 'The sum of line net amounts (BT-106) is the sum of the lines (BT-131).',
        holds: (root) => {
          const lines = select(root, at.line).map((line) =>
            amount(
              line,
              'ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount',
            ),
          );
          return sum(lines) !== undefined && sum(lines) === total(root, 'LineTotalAmount');
        },
      },
      {
        id: 'BR-CO-13',
        text: 'The total without VAT (BT-109) is the sum of line net amounts, no allowances being there.',
        holds: (root) =>
          total(root, 'AllowanceTotalAmount') !== undefined ||
          total(root, 'ChargeTotalAmount') !== undefined ||
          total(root, 'LineTotalAmount') === total(root, 'TaxBasisTotalAmount'),
      },
      {
        id: 'BR-CO-15',
        text: 'The total with VAT (BT-112) is the total without VAT plus the VAT (BT-110).',
        holds: (root) =>
          sum([total(root, 'TaxBasisTotalAmount'), total(root, 'TaxTotalAmount')]) ===
          total(root, 'GrandTotalAmount'),
      },
      {
        id: 'BR-CO-16',
        text: 'The amount due (BT-115) is the total with VAT, nothing being prepaid.',
        holds: (root) =>
          total(root, 'TotalPrepaidAmount') !== undefined ||
          total(root, 'GrandTotalAmount') === total(root, 'DuePayableAmount'),
      },
      {
        id: 'BR-CO-25',
        text: 'With an amount due, a due date (BT-9) or payment terms (BT-20) are there.',
        holds: (root) =>
          select(root, `${at.settlement}/ram:SpecifiedTradePaymentTerms`).length > 0 ||
          total(root, 'DuePayableAmount') === 0n,
      },
    ],
  },
  {
    xpath:
      '/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax',
    contexts: (root) => select(root, `${at.settlement}/ram:ApplicableTradeTax`),
    rules: [
      {
        id: 'BR-CO-17',
        text: 'The VAT amount (BT-117) is the basis (BT-116) times the rate (BT-119), rounded to cents.',
        holds: (tax) => {
          const basis = amount(tax, 'ram:BasisAmount');
          const rate = amount(tax, 'ram:RateApplicablePercent');
          const calculated = amount(tax, 'ram:CalculatedAmount');
          return (
            basis !== undefined &&
            rate !== undefined &&
            calculated !== undefined &&
            withinOneCent(calculated, percentOf(basis, rate))
          );
        },
      },
      reasonRequired('BR-AE-10', 'AE'),
      reasonRequired('BR-E-10', 'E'),
    ],
  },
];

function reasonRequired(id: string, category: string): Rule {
  return {
    id,
    text: `VAT category ${category} needs an exemption reason (BT-120, BT-121).`,
    holds: (tax) =>
      textAt(tax, 'ram:CategoryCode') !== category ||
      textAt(tax, 'ram:ExemptionReason') !== '' ||
      textAt(tax, 'ram:ExemptionReasonCode') !== '',
  };
}
