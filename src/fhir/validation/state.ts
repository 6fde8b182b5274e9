import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import { ERROR_CODE_SYSTEM, type IssueCode } from '../../outcome/fhir-error.ts';

/** Issues reported at most; what follows is not looked at. */
export const MAX_ISSUES = 100;
/** Objects inside each other at most; Questionnaires nest deepest, by hardly a quarter of it. */
export const MAX_NESTING = 64;
/** Properties and array items at most, far beyond any transaction that fits a request body. */
export const MAX_ELEMENTS = 5_000_000;

/** Contained resources of one resource at most. */
export const MAX_CONTAINED = 1_000;

/** A local reference (`#id`), and where it stands. */
export interface LocalReference {
  readonly id: string;
  readonly path: string;
  /** True for `Reference.reference`; a canonical or uri may point to something else. */
  readonly literal: boolean;
  /** Id of the contained resource that the reference is in, if it is in one. */
  readonly within: string | undefined;
}

/** What of one resource concerns its contained resources; made when the first is seen. */
export interface ContainerState {
  readonly references: LocalReference[];
  readonly contained: { readonly id: string; readonly path: string }[];
}

/** State of one validation: where it is, and what it found. */
export interface ValidationState {
  /** Names and indexes from the resource down; only the first `top` are meant. */
  readonly path: (string | number)[];
  top: number;
  nesting: number;
  elements: number;
  readonly issues: OperationOutcomeIssue[];
  /** Of the innermost resource that is not contained. */
  container: ContainerState | undefined;
  /** Id of the contained resource being checked; '' if it has none. */
  within: string | undefined;
}

/** A state at the start. */
export function validationState(): ValidationState {
  return {
    path: [],
    top: 0,
    nesting: 0,
    elements: 0,
    issues: [],
    container: undefined,
    within: undefined,
  };
}

/** Issue codes of validation. */
export type ValidationCode = Extract<
  IssueCode,
  'structure' | 'required' | 'value' | 'code-invalid' | 'invariant' | 'too-long'
>;

/**
 * Adds an issue at the present place.
 * @param text must not contain anything of the resource but names of elements: it may be logged.
 */
export function report(
  state: ValidationState,
  code: ValidationCode,
  text: string,
  path = pathOf(state),
): void {
  if (state.issues.length >= MAX_ISSUES) return;
  state.issues.push({
    severity: 'error',
    code,
    details: { coding: [{ system: ERROR_CODE_SYSTEM, code: 'FHIR_INVALID_RESOURCE' }], text },
    diagnostics: text,
    ...(path === '' ? {} : { expression: [path] }),
  });
}

/** FHIRPath of the present place, by element names and indexes only. @see https://hl7.org/fhir/R4/fhirpath.html#simple */
export function pathOf(state: ValidationState): string {
  let path = '';
  for (const part of state.path.slice(0, state.top)) {
    if (typeof part === 'number') path += `[${part}]`;
    else path += path === '' ? part : `.${part}`;
  }
  return path;
}

/** The container of the present place. */
export function containerOf(state: ValidationState): ContainerState {
  state.container ??= { references: [], contained: [] };
  return state.container;
}
