import { asObject } from './json-object.ts';
import type { IpRule } from './ip-rules.ts';
import { readValidity, type Validity } from './period.ts';
import {
  POLICY_ACR_EXTENSION,
  POLICY_PERIOD_EXTENSION,
  POLICY_PURPOSE_EXTENSION,
} from './policy-extensions.ts';

/** What must be so for a policy to hold, beyond what its entries say. */
export interface PolicyConditions {
  /** Values of `acr` of which any is enough; empty: none is asked for. */
  readonly acr: readonly string[];
  /** Where requests may come from; empty: from anywhere. */
  readonly ip: readonly IpRule[];
  readonly period?: Validity;
  /** Why data is accessed by the policy, a code of http://terminology.hl7.org/CodeSystem/v3-ActReason. */
  readonly purpose?: string;
}

/** A condition that an extension of a policy states. */
export type ReadCondition =
  | { readonly acr: string }
  | { readonly period: Validity }
  | { readonly purpose: string }
  | { readonly malformed: string };

/** Values of `acr` stand in a header field, with spaces between. */
const ACR = /^[A-Za-z0-9:._/-]{1,200}$/;
const PURPOSE = /^[A-Z][A-Za-z0-9-]{0,63}$/;

/** Reads an extension of a policy that is about circumstances; undefined where it is about something else. */
export function readCondition(extension: unknown): ReadCondition | undefined {
  const { url, valueString, valueCode, valuePeriod } = asObject(extension) ?? {};
  switch (url) {
    case POLICY_ACR_EXTENSION:
      return typeof valueString === 'string' && ACR.test(valueString)
        ? { acr: valueString }
        : { malformed: 'a demanded acr is named by valueString' };
    case POLICY_PURPOSE_EXTENSION:
      return typeof valueCode === 'string' && PURPOSE.test(valueCode)
        ? { purpose: valueCode }
        : { malformed: 'a purpose is a valueCode of v3-ActReason' };
    case POLICY_PERIOD_EXTENSION: {
      const period = readValidity(valuePeriod);
      return period === undefined
        ? { malformed: 'a period has a start or an end, and ends after it starts' }
        : { period };
    }
    default:
      return undefined;
  }
}
