import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import { fhirError } from '../../outcome/codes.ts';
import { ERROR_CODE_SYSTEM, type FhirError } from '../../outcome/fhir-error.ts';
import { type Frame, fhirPathOf, xPathOf } from './frame.ts';

/** Problems reported at most; what follows is not looked at. */
const MAX_PROBLEMS = 100;

/** What is wrong with a document, all of it at once. */
export interface XmlProblems {
  /**
   * Adds one.
   * @param text holds nothing of the document but names of elements
   * @throws FhirError `FHIR_INVALID_XML` with all problems, once there are too many
   */
  add(text: string, frames: readonly Frame[], line: number, column: number): void;
  /** @throws FhirError `FHIR_INVALID_XML` with all problems, if there are any */
  settle(): void;
}

/** An empty list of problems. */
export function xmlProblems(): XmlProblems {
  const issues: OperationOutcomeIssue[] = [];
  return {
    add(reason, frames, line, column) {
      const text = `${reason} (line ${String(line)}, column ${String(column)})`;
      issues.push({
        severity: 'error',
        code: 'structure',
        details: { coding: [{ system: ERROR_CODE_SYSTEM, code: 'FHIR_INVALID_XML' }], text },
        diagnostics: text,
        ...(frames.length === 0
          ? {}
          : { location: [xPathOf(frames)], expression: [fhirPathOf(frames)] }),
      });
      if (issues.length >= MAX_PROBLEMS) throw invalid(issues);
    },
    settle() {
      if (issues.length > 0) throw invalid(issues);
    },
  };
}

function invalid(issues: OperationOutcomeIssue[]): FhirError {
  return fhirError('FHIR_INVALID_XML', { reason: 'see the issues' }, { issues });
}

/** Names of elements that may be repeated in an answer. */
export const SHOWN = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

/** The name of an element as it may stand in an answer: nothing else of the document is repeated. */
export function shownName(name: string): string {
  return SHOWN.test(name) ? `"${name}"` : 'of another name';
}
