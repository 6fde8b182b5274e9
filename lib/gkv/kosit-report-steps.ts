import { GkvMessageError } from './gkv-message-error.ts';
import { childrenOf, collapse, type XmlElement } from './xml-element.ts';

/** Namespace of the report. */
export const REPORT_NAMESPACE = 'http://www.xoev.de/de/validator/varl/1';

/** Id of the step in which the insurer itself checks the invoice (Rechnungsprüfung). */
export const STEP_INVER = 'INVER';

/** A message of a validation step. */
export interface ReportMessage {
  readonly id: string;
  /** Rule that fired, such as `DRE0-SCTT-2` or `INVER-1`. */
  readonly code: string;
  readonly level: 'error' | 'warning' | 'information';
  /** May quote the invoice, the activation code included: for the billing store only. */
  readonly text: string;
  readonly xpathLocation?: string;
  readonly lineNumber?: number;
}

/** One validation step: `val-xsd`, `val-sch.1` to `val-sch.3`, `INVER`. */
export interface ReportStep {
  readonly id: string;
  readonly valid: boolean;
  readonly messages: readonly ReportMessage[];
}

/**
 * The steps of a report. Messages are read leniently, because the decision does not depend on them: a missing id or code
 * is empty, an unknown level counts as an error.
 * @throws GkvMessageError REPORT_STRUCTURE when a step does not say whether it was passed.
 */
export function readSteps(parent: XmlElement): readonly ReportStep[] {
  return childrenOf(parent, REPORT_NAMESPACE, 'validationStepResult').map((element) => ({
    id: element.attributes.get('id') ?? '',
    valid: readValid(element),
    messages: childrenOf(element, REPORT_NAMESPACE, 'message').map(messageOf),
  }));
}

/**
 * The attribute `valid` of the report or of a step.
 * @throws GkvMessageError REPORT_STRUCTURE when it is missing or no xs:boolean.
 */
export function readValid(element: XmlElement): boolean {
  const value = collapse(element.attributes.get('valid') ?? '');
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new GkvMessageError('REPORT_STRUCTURE', { path: `${element.name}/@valid` });
}

function messageOf(element: XmlElement): ReportMessage {
  const level = element.attributes.get('level');
  const xpathLocation = element.attributes.get('xpathLocation');
  const line = element.attributes.get('lineNumber');
  return {
    id: element.attributes.get('id') ?? '',
    code: element.attributes.get('code') ?? '',
    level: level === 'warning' || level === 'information' ? level : 'error',
    text: collapse(element.text),
    ...(xpathLocation === undefined ? {} : { xpathLocation }),
    ...(line === undefined || !/^-?[0-9]{1,9}$/.test(line) ? {} : { lineNumber: Number(line) }),
  };
}
