/** Conditions under which an AuditEvent has an entity of a type or role; those of `event-entities.ts`. */
const PATIENT = 'a.patient is not null';
const QUERY = 'a.query is not null';
const OPERATION = "a.interaction like 'operation:%'";
const RESOURCE = `(a.type is not null and a.resource_id is not null and (a.query is null or ${OPERATION}))`;

const CONDITIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'entity-type': {
    '1': PATIENT,
    '2': `(${QUERY} or ${RESOURCE})`,
    '4': OPERATION,
    XrequestId: "a.request_id <> ''",
  },
  'entity-role': { '1': PATIENT, '4': RESOURCE, '20': OPERATION, '24': QUERY },
};

/** The condition that a row has an entity of that code; `false` for codes that no row has. */
export function entityCodeSql(param: 'entity-type' | 'entity-role', code: string): string {
  const codes = CONDITIONS[param] ?? {};
  return Object.hasOwn(codes, code) ? (codes[code] ?? 'false') : 'false';
}
