import { document, element, type WrittenXml } from '../xml/write-xml.ts';
import type { Invoice } from './invoice.ts';
import type { Finding } from './rule.ts';

/** One step of the validation with what it found. */
export interface ValidationStep {
  readonly id: 'val-xml' | 'val-xsd' | 'val-sch.1' | 'val-sch.2' | 'val-sch.3' | 'INVER';
  /** Rules that were used, as the report names them. */
  readonly resource: { readonly name: string; readonly location: string };
  readonly findings: readonly Finding[];
}

/** A judged invoice. */
export interface ReportContent {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** SHA-256 of the received document, base64. */
  readonly hash: string;
  /** Absent when the document is no DiGA invoice. */
  readonly invoice?: Invoice;
  readonly steps: readonly ValidationStep[];
}

/** Whether a step is valid: no error and no warning. */
export function isStepValid(step: ValidationStep): boolean {
  return step.findings.every(({ level }) => level === 'information');
}

/** Whether the invoice is accepted. */
export function isAccepted({ invoice, steps }: ReportContent): boolean {
  return invoice !== undefined && steps.every(isStepValid);
}

/**
 * Writes the answer to an invoice: a KoSIT validation report with the insurer's own step INVER.
 * @see KoSIT report.xsd, `http://www.xoev.de/de/validator/varl/1`
 */
export function report(content: ReportContent): Uint8Array {
  const accepted = isAccepted(content);
  return document(
    element(
      'rep:report',
      {
        'xmlns:rep': 'http://www.xoev.de/de/validator/varl/1',
        'xmlns:s': 'http://www.xoev.de/de/validator/framework/1/scenarios',
        varlVersion: '1.0.0',
        valid: String(accepted),
      },
      [
        element('rep:engine', {}, [element('rep:name', {}, 'diga-server GKV-Sandbox')]),
        element('rep:timestamp', {}, new Date(content.now).toISOString()),
        element('rep:documentIdentification', {}, [
          element('rep:documentHash', {}, [
            element('rep:hashAlgorithm', {}, 'SHA-256'),
            element('rep:hashValue', {}, content.hash),
          ]),
          element('rep:documentReference', {}, documentName(content.invoice)),
        ]),
        content.invoice === undefined
          ? element('rep:noScenarioMatched', {}, content.steps.slice(0, 1).map(stepResult))
          : scenarioMatched(content.invoice, content.steps),
        element('rep:assessment', {}, [element(accepted ? 'rep:accept' : 'rep:reject')]),
      ],
    ),
  );
}

/** An invoice may lack its number: that is what the report is about. */
function documentName(invoice: Invoice | undefined): string {
  return invoice === undefined || invoice.number === '' ? 'nutzdaten' : invoice.number;
}

function scenarioMatched(invoice: Invoice, steps: readonly ValidationStep[]): WrittenXml {
  const data: readonly (readonly [string, string])[] = [
    ['seller', invoice.seller],
    ['id', invoice.number],
    ['issueDate', invoice.issueDate],
    ['digaVeId', invoice.digaVeId],
    ['digaFreischaltcode', invoice.freischaltcode],
    ['digaSellerIk', invoice.sellerIk],
    ['digaBuyerIk', invoice.buyerIk],
    ['digaPayeeIk', invoice.payeeIk],
  ];
  return element('rep:scenarioMatched', {}, [
    element('s:scenario', {}, [
      element('s:name', {}, 'DiGA-Rechnung (DRE0-Anfrage)'),
      element('s:description', {}, [element('s:p', {}, 'Prüfungen für DiGA-Rechnungen.')]),
      element(
        's:namespace',
        { prefix: 'rsm' },
        'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100',
      ),
      element('s:match', {}, '/rsm:CrossIndustryInvoice'),
      element('s:validateWithXmlSchema', {}, steps.slice(0, 1).map(resource)),
      ...steps
        .filter(({ id }) => id.startsWith('val-sch.'))
        .map((step) => element('s:validateWithSchematron', {}, [resource(step)])),
      element('s:createReport', {}, [
        element('s:resource', {}, [
          element('s:name', {}, 'Report für das Abrechnen von Freischaltcodes'),
          element('s:location', {}, 'report/dre0.xsl'),
        ]),
      ]),
    ]),
    element(
      'rep:documentData',
      {},
      data.map(([name, value]) => element(name, {}, value)),
    ),
    ...steps.map(stepResult),
  ]);
}

function stepResult(step: ValidationStep): WrittenXml {
  return element('rep:validationStepResult', { id: step.id, valid: String(isStepValid(step)) }, [
    resource(step),
    ...step.findings.map((finding, index) =>
      element(
        'rep:message',
        {
          id: `${step.id}.${index + 1}`,
          level: finding.level,
          code: finding.code,
          xpathLocation: finding.xpath,
          lineNumber: finding.line === undefined ? undefined : String(finding.line),
        },
        finding.text,
      ),
    ),
  ]);
}

function resource(step: ValidationStep): WrittenXml {
  return element('s:resource', {}, [
    element('s:name', {}, step.resource.name),
    element('s:location', {}, step.resource.location),
  ]);
}
