import { asObject } from '../json-object.ts';
import { NOW } from './request-time.ts';

/**
 * Extension of AccessPolicy: patients to whom the identity stands in a relation, so that entries can name them as
 * `%<name>`. Complex: `name` (valueCode), `criteria` (valueString), `patient` (valueCode), `during` (valueCode, may repeat).
 * Several with one name are alternatives.
 */
export const POLICY_RELATION_EXTENSION =
  'https://diga-server.dev/fhir/StructureDefinition/access-policy-relation';

/** One relation, understood but not yet compiled. */
export interface PolicyRelation {
  /** Without `%`. */
  readonly name: string;
  /** `CareTeam?participant=%profile&…`: the resource that makes the relation. */
  readonly criteria: string;
  /** Reference parameter of that resource that leads to the patient; absent where it is the Patient itself. */
  readonly patient?: string;
  /** Date parameters of that resource whose period must be running; without a value it never ends. */
  readonly during: readonly string[];
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const RESERVED: ReadonlySet<string> = new Set(['patient', 'profile', NOW]);
const VALUES: Readonly<Record<string, 'valueCode' | 'valueString'>> = {
  name: 'valueCode',
  criteria: 'valueString',
  patient: 'valueCode',
  during: 'valueCode',
};

/** Reads one relation. What is not understood is refused, as it could only narrow. */
export function readRelation(
  extension: Readonly<Record<string, unknown>>,
  refuse: (reason: string) => never,
): PolicyRelation {
  const { url: _, extension: parts, ...others } = extension;
  if (!Array.isArray(parts) || Object.keys(others).some((name) => name !== 'id')) {
    return refuse('a relation has parts and nothing else');
  }
  const found = new Map<string, string[]>();
  for (const part of parts as readonly unknown[]) {
    const { url, ...rest } = asObject(part) ?? {};
    const key = typeof url === 'string' && Object.hasOwn(VALUES, url) ? url : undefined;
    if (key === undefined) return refuse('a relation has name, criteria, patient and during');
    const value = rest[VALUES[key] as string];
    if (typeof value !== 'string' || value === '' || Object.keys(rest).length !== 1) {
      return refuse(`${key} of a relation is not one ${VALUES[key] as string}`);
    }
    found.set(key, [...(found.get(key) ?? []), value]);
  }
  const only = (key: string): string | undefined => {
    const values = found.get(key) ?? [];
    if (values.length > 1) refuse(`a relation has several ${key}`);
    return values[0];
  };
  const name = only('name');
  const criteria = only('criteria');
  const patient = only('patient');
  if (name === undefined || !NAME.test(name))
    return refuse('a relation has no name, or a wrong one');
  if (RESERVED.has(name)) return refuse(`a relation cannot be named ${name}`);
  if (criteria === undefined) return refuse(`the relation ${name} has no criteria`);
  const during = found.get('during') ?? [];
  return { name, criteria, during, ...(patient === undefined ? {} : { patient }) };
}
