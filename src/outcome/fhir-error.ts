import { OperationOutcomeError } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';

/** FHIR R4 issue types that the product uses. @see https://hl7.org/fhir/R4/valueset-issue-type.html */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'security'
  | 'login'
  | 'expired'
  | 'forbidden'
  | 'suppressed'
  | 'processing'
  | 'not-supported'
  | 'duplicate'
  | 'multiple-matches'
  | 'not-found'
  | 'deleted'
  | 'too-long'
  | 'code-invalid'
  | 'too-costly'
  | 'business-rule'
  | 'conflict'
  | 'transient'
  | 'lock-error'
  | 'no-store'
  | 'exception'
  | 'timeout'
  | 'incomplete'
  | 'throttled';

/** One row of an error table. */
export interface ErrorDefinition {
  /** HTTP status. */
  readonly status: number;
  /** FHIR issue type. */
  readonly issue: IssueCode;
  /** Text for the client; `{name}` is replaced from the parameters. Never contains stored content or secrets. */
  readonly text: string;
  /** Number that HAPI users search for, where HAPI has the same situation. */
  readonly hapi?: string;
}

/** Table of coded errors of one area; the key is the stable code. */
export type ErrorTable = Readonly<Record<string, ErrorDefinition>>;

/** What may be given beside the code of an error. */
export interface FhirErrorOptions {
  /** The error that led here; logged, never sent. */
  readonly cause?: unknown;
  /** FHIRPath of the element at fault. */
  readonly expression?: readonly string[];
  /** Seconds after which a retry makes sense; becomes the `Retry-After` header. */
  readonly retryAfter?: number;
  /** Text for the log only; never serialised into a response. */
  readonly detail?: string;
  /** Further header fields of the response, such as `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Issues of its own in place of the single one of the table (validation reports several at once). */
  readonly issues?: OperationOutcome['issue'];
}

/** CodeSystem of all error codes, `profiles/CodeSystem-error-code.json`. */
export const ERROR_CODE_SYSTEM = 'https://diga-server.dev/fhir/CodeSystem/error-code';

/**
 * A failure that the client is told about: the error is its OperationOutcome. Programmer errors are `TypeError`s instead
 * and become a bare 500.
 * @see https://hl7.org/fhir/R4/operationoutcome.html
 */
export class FhirError extends OperationOutcomeError {
  readonly code: string;
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** True once the failed access stands on the audit ledger. */
  recorded = false;

  constructor(
    code: string,
    definition: ErrorDefinition,
    text: string,
    options: FhirErrorOptions = {},
  ) {
    super(outcomeOf(code, definition, text, options), { cause: options.cause });
    this.name = 'FhirError';
    this.code = code;
    this.status = definition.status;
    this.retryAfter = options.retryAfter;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
  }
}

/** True for any error made by an {@link errorFactory}; safe across realms (workers, Jest). */
export function isFhirError(error: unknown): error is FhirError {
  return (
    typeof error === 'object' &&
    error !== null &&
    (error as { name?: unknown }).name === 'FhirError'
  );
}

/** Makes errors of one table; the codes are checked by the compiler. */
export type ErrorFactory<T extends ErrorTable> = (
  code: keyof T & string,
  parameters?: Readonly<Record<string, string | number>>,
  options?: FhirErrorOptions,
) => FhirError;

/**
 * Builds the function that makes errors of a table.
 * @throws TypeError from the returned function when a placeholder of the text has no parameter.
 */
export function errorFactory<T extends ErrorTable>(table: T): ErrorFactory<T> {
  return (code, parameters = {}, options = {}) => {
    const definition = table[code];
    if (definition === undefined) throw new TypeError(`No such error code: ${code}`);
    const text = definition.text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = parameters[name];
      if (value === undefined) throw new TypeError(`Error ${code} needs the parameter ${name}`);
      return String(value);
    });
    return new FhirError(code, definition, text, options);
  };
}

function outcomeOf(
  code: string,
  definition: ErrorDefinition,
  text: string,
  options: FhirErrorOptions,
): OperationOutcome {
  if (options.issues !== undefined)
    return { resourceType: 'OperationOutcome', issue: options.issues };
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: definition.status >= 500 ? 'fatal' : 'error',
        code: definition.issue,
        details: { coding: [{ system: ERROR_CODE_SYSTEM, code }], text },
        diagnostics: definition.hapi === undefined ? text : `${definition.hapi}: ${text}`,
        ...(options.expression === undefined ? {} : { expression: [...options.expression] }),
      },
    ],
  };
}
