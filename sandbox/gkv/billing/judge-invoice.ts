import { createHash } from 'node:crypto';
import { isNativeError } from 'node:util/types';
import type { CodeLedger } from '../codes/code-ledger.ts';
import type { Abrechnungsstelle } from '../sandbox-insurers.ts';
import type { Validators } from '../validation/validators.ts';
import { decodeXml } from '../xml/decode-xml.ts';
import { readXml } from '../xml/read-xml.ts';
import type { XmlElement } from '../xml/xml-element.ts';
import { XmlError } from '../xml/xml-error.ts';
import { dre0PartyRules } from './dre0-party-rules.ts';
import { dre0Rules } from './dre0-rules.ts';
import { en16931CoreRules } from './en16931-core-rules.ts';
import { checkInver } from './inver-check.ts';
import { type Invoice, isDigaInvoice, readInvoice } from './invoice.ts';
import { checkInvoiceStructure } from './invoice-structure.ts';
import {
  isAccepted,
  isStepValid,
  type ReportContent,
  report,
  type ValidationStep,
} from './report-document.ts';
import { applyRules, type Finding } from './rule.ts';
import { xrechnungCoreRules } from './xrechnung-core-rules.ts';

/** What an invoice is judged by. */
export interface JudgementContext {
  readonly validators: Validators;
  readonly ledger: CodeLedger;
  readonly abrechnungsstelle: Abrechnungsstelle;
  /** IK of the sender, proved by signature. */
  readonly sender: string;
  readonly payeeIks: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Answer to an invoice, and what the sandbox noted about it. */
export interface InvoiceJudgement {
  readonly report: Uint8Array;
  readonly accepted: boolean;
  readonly invoiceNumber?: string;
  readonly freischaltcode?: string;
  /** Codes of all findings, in order. */
  readonly findings: readonly string[];
}

/**
 * Judges an invoice: well-formed, scenario, schema, three sets of rules, the insurer's own check. An accepted invoice
 * that comes again byte by byte gets the same report again.
 */
export async function judgeInvoice(
  document: Uint8Array,
  context: JudgementContext,
): Promise<InvoiceJudgement> {
  const { ledger, sender, now } = context;
  const hash = createHash('sha256').update(document).digest('base64');
  const root = tryRead(document);
  if (isNativeError(root)) {
    return conclude({ now, hash, steps: [malformed(root)] });
  }
  if (!isDigaInvoice(root)) return conclude({ now, hash, steps: [] });

  const invoice = readInvoice(root);
  const earlier = ledger.invoice(sender, invoice.number);
  if (earlier?.hash === hash) {
    return {
      report: new Uint8Array(Buffer.from(earlier.report, 'base64')),
      accepted: true,
      invoiceNumber: invoice.number,
      freischaltcode: invoice.freischaltcode,
      findings: [],
    };
  }
  const published = await runSteps(document, root, context.validators);
  // From here to the ledger nothing waits: two invoices over one code must not both pass.
  const steps = published.every(({ id }) => id === 'val-xsd')
    ? published
    : [...published, inverStep(invoice, context)];
  const content = { now, hash, invoice, steps };
  const judgement = conclude(content);
  if (judgement.accepted) {
    await ledger.putInvoice({
      number: invoice.number,
      sender,
      hash,
      code: invoice.freischaltcode,
      report: Buffer.from(judgement.report).toString('base64'),
    });
  }
  return judgement;
}

function tryRead(document: Uint8Array): XmlElement | XmlError {
  try {
    return readXml(document);
  } catch (error) {
    if (error instanceof XmlError) return error;
    throw error;
  }
}

function malformed(error: XmlError): ValidationStep {
  return {
    id: 'val-xml',
    resource: { name: 'XML 1.0', location: 'xml' },
    findings: [{ code: 'xml', level: 'error', text: error.message, line: error.line }],
  };
}

async function runSteps(
  document: Uint8Array,
  root: XmlElement,
  validators: Validators,
): Promise<readonly ValidationStep[]> {
  const schema = await schemaStep(document, root, validators);
  if (!isStepValid(schema)) return [schema];
  const text = decodeXml(document);
  const { dre0 } = validators;
  return [
    schema,
    {
      id: 'val-sch.1',
      resource: { name: 'Schematron rules for EN16931 (CII), core', location: 'en16931' },
      findings: applyRules(root, en16931CoreRules),
    },
    {
      id: 'val-sch.2',
      resource: { name: 'Schematron rules for CIUS XRechnung (CII), core', location: 'xrechnung' },
      findings: applyRules(root, xrechnungCoreRules),
    },
    {
      id: 'val-sch.3',
      resource: {
        name: 'Schematron-Regeln für das Abrechnen von Freischaltcodes',
        location: 'dre0',
      },
      findings: dre0?.(text) ?? applyRules(root, [...dre0Rules, ...dre0PartyRules]),
    },
  ];
}

function inverStep(invoice: Invoice, context: JudgementContext): ValidationStep {
  return {
    id: 'INVER',
    resource: { name: 'Rechnungsprüfung', location: 'inver' },
    findings: checkInver(invoice, context),
  };
}

async function schemaStep(
  document: Uint8Array,
  root: XmlElement,
  { xsd }: Validators,
): Promise<ValidationStep> {
  const findings: readonly Finding[] =
    xsd === undefined
      ? checkInvoiceStructure(root)
      : (await xsd.validate('CrossIndustryInvoice_100pD16B.xsd', document)).map((violation) => ({
          code: 'cvc',
          level: 'error' as const,
          ...violation,
        }));
  return {
    id: 'val-xsd',
    resource: {
      name: `XML Schema for UN/CEFACT XML (SCRDM - CII uncoupled)${xsd === undefined ? ', frame' : ''}`,
      location: 'CrossIndustryInvoice_100pD16B.xsd',
    },
    findings,
  };
}

function conclude(content: ReportContent): InvoiceJudgement {
  return {
    report: report(content),
    accepted: isAccepted(content),
    findings: content.steps.flatMap(({ findings }) => findings.map(({ code }) => code)),
    ...(content.invoice === undefined
      ? {}
      : {
          invoiceNumber: content.invoice.number,
          freischaltcode: content.invoice.freischaltcode,
        }),
  };
}
