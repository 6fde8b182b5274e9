import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import { ERROR_CODE_SYSTEM, type IssueCode } from '../../../outcome/fhir-error.ts';

/** Issues of one validation at most. */
export const MAX_FINDINGS = 200;

/** Expressions of one validation at most. */
const MAX_JOBS = 50_000;

/** How bad an issue is. */
export type Severity = 'error' | 'warning' | 'information';

/** An invariant to be evaluated once everything else was checked. */
export interface InvariantJob {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly human: string;
  readonly expression: string;
  /** Structure that the value is of. */
  readonly base: string;
  readonly path: string;
  readonly keys: readonly (string | number)[];
  /** The resource that the element of the rule belongs to. */
  readonly resource: readonly (string | number)[];
  /** The same, or the one that it is contained in. */
  readonly root: readonly (string | number)[];
  /** Name of the package in which its canonicals are looked up. */
  readonly scope: string;
}

/** What a check found. A silent one only tells whether there was an error. */
export class Findings {
  readonly issues: OperationOutcomeIssue[] = [];
  readonly jobs: InvariantJob[] = [];
  readonly #seen = new Set<string>();
  readonly silent: boolean;
  failed = false;

  constructor(silent = false) {
    this.silent = silent;
  }

  /**
   * @param text names elements and canonicals, never content
   */
  add(severity: Severity, code: IssueCode, text: string, path: string): void {
    if (severity === 'error') this.failed = true;
    if (this.silent || this.issues.length >= MAX_FINDINGS) return;
    const key = `${severity} ${path} ${text}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.issues.push({
      severity,
      code,
      details: { coding: [{ system: ERROR_CODE_SYSTEM, code: 'FHIR_INVALID_RESOURCE' }], text },
      diagnostics: text,
      ...(path === '' ? {} : { expression: [path] }),
    });
  }

  /** Notes an invariant, once for each value. */
  job(job: InvariantJob): void {
    if (this.silent) return;
    const key = `${job.path} ${job.key} ${job.expression}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (this.jobs.length === MAX_JOBS) {
      this.add('error', 'too-costly', 'The resource has too many elements with invariants', '');
    }
    if (this.jobs.length <= MAX_JOBS) this.jobs.push(job);
  }
}
