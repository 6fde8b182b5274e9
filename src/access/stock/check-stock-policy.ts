import type { AccessPolicy } from '@medplum/fhirtypes';
import type { Definitions } from '../../definitions/model.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import { compilePolicy } from '../compile.ts';
import { asObject } from '../json-object.ts';
import type { PolicyParameters } from '../variables.ts';
import { differencesOf } from './differences.ts';
import type { StockFinding } from './stock-finding.ts';

/** Who is asked about: variables that such an identity gives by itself have a value. */
const EXAMPLE: PolicyParameters = { profile: 'Patient/example' };

const ID = 'checked';

/** Entries and rules that are looked at one by one. */
const MAX_PARTS = 2_000;

/**
 * Says part by part what becomes of an AccessPolicy of a stock Medplum server. Each part is compiled alone, so that all that
 * is refused is told and not the first of it.
 * @see https://www.medplum.com/docs/access/access-policies
 */
export function checkStockPolicy(
  definitions: Definitions,
  policy: unknown,
): readonly StockFinding[] {
  const fields = asObject(policy);
  if (fields?.['resourceType'] !== 'AccessPolicy') {
    return [{ level: 'refused', text: 'it is no AccessPolicy' }];
  }
  const { resource, ipAccessRule, ...general } = fields;
  const compile = (part: object): string | readonly string[] => refusalOf(definitions, part);
  const whole = compile(general);
  const parts = [
    ...listOf(resource).map((entry, i) => ['resource', i, entry] as const),
    ...listOf(ipAccessRule).map((rule, i) => ['ipAccessRule', i, rule] as const),
  ];
  const findings: StockFinding[] = [];
  if (typeof whole === 'string') findings.push({ level: 'refused', text: whole });
  if (resource !== undefined && !Array.isArray(resource)) {
    findings.push({ level: 'refused', path: 'resource', text: 'it is not a list' });
  }
  if (parts.length > MAX_PARTS) {
    return [...findings, { level: 'refused', text: 'it has too many entries' }];
  }
  // Extensions such as relations belong to the entries.
  const { extension } = general;
  const shared = typeof whole === 'string' || extension === undefined ? {} : { extension };
  for (const [element, index, part] of parts) {
    const path = `${element}[${index}]`;
    const found = compile({ ...shared, [element]: [part] });
    if (typeof found === 'string') {
      // The one part was number 0.
      const text = found.replace(/^(?:resource|ipAccessRule)\[0\]: /, '');
      findings.push({ level: 'refused', path, text });
      continue;
    }
    if (element === 'resource') findings.push({ level: 'holds', path, text: titleOf(part) });
    for (const variable of found) {
      const text = `the membership must give ${variable} a value, or the entry allows nothing`;
      findings.push({ level: 'differs', path, text });
    }
  }
  return [...findings, ...differencesOf(definitions, fields)];
}

/** Why a part is refused, or the variables that it needs from the membership. */
function refusalOf(definitions: Definitions, part: object): string | readonly string[] {
  const policy = { ...part, resourceType: 'AccessPolicy', id: ID } as unknown as AccessPolicy;
  try {
    const { unresolved } = compilePolicy(definitions, [policy], EXAMPLE);
    return unresolved.map(({ variable }) => variable);
  } catch (error) {
    if (!isFhirError(error) || error.code !== 'POLICY_INVALID') throw error;
    const text = error.outcome.issue[0]?.details?.text ?? error.code;
    return text.replace(`The AccessPolicy ${ID} cannot be enforced: `, '');
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function titleOf(entry: unknown): string {
  const { resourceType, criteria } = asObject(entry) ?? {};
  return typeof criteria === 'string' ? criteria : `all of ${String(resourceType)}`;
}
