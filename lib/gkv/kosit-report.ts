import { GkvMessageError } from './gkv-message-error.ts';
import {
  REPORT_NAMESPACE,
  type ReportMessage,
  type ReportStep,
  readSteps,
  readValid,
} from './kosit-report-steps.ts';
import { childOf, childrenOf, tokenOf, type XmlElement } from './xml-element.ts';
import { readXml } from './xml-reader.ts';

const SCENARIOS = 'http://www.xoev.de/de/validator/framework/1/scenarios';

/** A report with its HTML rendering is about 60 kB. */
const MAX_BYTES = 1024 * 1024;

/** What is odd about a report, though it can be decided on. */
export type ReportWarning =
  | 'DECLARED_ENCODING'
  | 'VARL_VERSION'
  | 'NO_SCENARIO'
  | 'DOCUMENT_HASH_MISSING'
  | 'VALID_CONTRADICTS_ASSESSMENT'
  | 'VALID_CONTRADICTS_STEPS';

/** The insurer's answer to an invoice. */
export interface KositReport {
  /** The decision: `valid` and a recommendation to accept. Accepted for payment processing, not paid. */
  readonly accepted: boolean;
  readonly valid: boolean;
  readonly recommendation: 'accept' | 'reject';
  readonly engine?: string;
  readonly timestamp?: string;
  readonly documentReference?: string;
  /** Hash of the document that was checked, as the report states it. */
  readonly documentHash?: { readonly algorithm: string; readonly value: string };
  readonly scenario?: string;
  readonly steps: readonly ReportStep[];
  readonly warnings: readonly ReportWarning[];
}

/**
 * Reads the decrypted validation report of an insurer. Accepted is an invoice when `@valid` is true and the assessment is
 * `accept`, and only then: the HTML inside is never looked at, it is known to contradict the result. An encoding that is
 * declared wrongly is put up with.
 * @throws GkvMessageError with a code beginning `XML_` or `REPORT_`
 * @see report.xsd, http://www.xoev.de/de/validator/varl/1
 */
export function parseKositReport(bytes: Uint8Array): KositReport {
  const { root, declarationWrong } = readXml(bytes, { maxBytes: MAX_BYTES });
  if (root.namespace !== REPORT_NAMESPACE || root.name !== 'report') {
    throw new GkvMessageError('REPORT_ROOT');
  }
  const valid = readValid(root);
  const recommendation = recommendationOf(root);
  const matched = childOf(root, REPORT_NAMESPACE, 'scenarioMatched');
  const result = matched ?? childOf(root, REPORT_NAMESPACE, 'noScenarioMatched');
  if (result === undefined) throw new GkvMessageError('REPORT_STRUCTURE', { path: 'report' });
  const steps = readSteps(result);
  const facts = identificationOf(root);
  const scenario = matched === undefined ? undefined : scenarioName(matched);
  const stepsValid = matched !== undefined && steps.every((step) => step.valid);
  const warnings: readonly (ReportWarning | false)[] = [
    declarationWrong && 'DECLARED_ENCODING',
    root.attributes.get('varlVersion') !== '1.0.0' && 'VARL_VERSION',
    matched === undefined && 'NO_SCENARIO',
    facts.documentHash === undefined && 'DOCUMENT_HASH_MISSING',
    valid !== (recommendation === 'accept') && 'VALID_CONTRADICTS_ASSESSMENT',
    valid !== stepsValid && 'VALID_CONTRADICTS_STEPS',
  ];
  return {
    accepted: valid && recommendation === 'accept',
    valid,
    recommendation,
    ...facts,
    ...(scenario === undefined ? {} : { scenario }),
    steps,
    warnings: warnings.filter((warning) => warning !== false),
  };
}

/** All messages of a level, over all steps, in the order of the report. */
export function reportMessages(
  report: KositReport,
  level: ReportMessage['level'],
): readonly ReportMessage[] {
  return report.steps.flatMap((step) => step.messages.filter((message) => message.level === level));
}

function recommendationOf(root: XmlElement): 'accept' | 'reject' {
  const assessments = childrenOf(root, REPORT_NAMESPACE, 'assessment');
  const found = assessments.flatMap((assessment) => [
    ...childrenOf(assessment, REPORT_NAMESPACE, 'accept'),
    ...childrenOf(assessment, REPORT_NAMESPACE, 'reject'),
  ]);
  const [only] = found;
  if (only === undefined || found.length > 1 || assessments.length > 1) {
    throw new GkvMessageError('REPORT_STRUCTURE', { path: 'report/assessment' });
  }
  return only.name === 'accept' ? 'accept' : 'reject';
}

function identificationOf(
  root: XmlElement,
): Pick<KositReport, 'engine' | 'timestamp' | 'documentReference' | 'documentHash'> {
  const engine = optionalToken(childOf(root, REPORT_NAMESPACE, 'engine'), 'name');
  const timestamp = tokenOf(root, REPORT_NAMESPACE, 'timestamp');
  const identification = childOf(root, REPORT_NAMESPACE, 'documentIdentification');
  const reference = optionalToken(identification, 'documentReference');
  const hash = identification && childOf(identification, REPORT_NAMESPACE, 'documentHash');
  const algorithm = optionalToken(hash, 'hashAlgorithm');
  const value = optionalToken(hash, 'hashValue')?.replaceAll(' ', '');
  return {
    ...(engine === undefined ? {} : { engine }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(reference === undefined ? {} : { documentReference: reference }),
    ...(algorithm === undefined || value === undefined
      ? {}
      : { documentHash: { algorithm, value } }),
  };
}

function optionalToken(element: XmlElement | undefined, name: string): string | undefined {
  return element === undefined ? undefined : tokenOf(element, REPORT_NAMESPACE, name);
}

function scenarioName(matched: XmlElement): string | undefined {
  const scenario = childOf(matched, SCENARIOS, 'scenario');
  return scenario === undefined ? undefined : tokenOf(scenario, SCENARIOS, 'name');
}
