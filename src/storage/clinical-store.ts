import { createPatientToken, type PatientToken } from '../aggregates/patient-token.ts';
import { createPseudonyms, type Pseudonyms } from '../access/pseudonym/pseudonyms.ts';
import type { AuditSource } from '../audit/audit-source.ts';
import { createStaffCode, type StaffCode } from '../audit/access-log/staff-code.ts';
import { createEventId, type EventId } from '../audit/event-id.ts';
import type { AuditLedger } from '../audit/ledger.ts';
import type { Clock } from '../clock.ts';
import type { Definitions } from '../definitions/model.ts';
import type { Invariants } from '../fhirpath/invariants.ts';
import type { CodeSets } from '../search/terminology.ts';
import type { AccessContext } from './access-context.ts';
import { identifierName, type IndexExtractor, ofTypeName } from '../search/index-values.ts';
import { type ChiefParameters, chiefParameters, withOneChiefDate } from './chief-parameters.ts';
import type { Database } from './database.ts';
import type { FullTextScope } from './full-text.ts';
import { canonicalName, patientMarker } from './index-keys.ts';
import { createPageLink, type PageLink } from './page-link.ts';
import { createParamKey, type ParamKey } from './param-key.ts';
import { loadResourceTypes, type ResourceTypes } from './resource-types.ts';
import { createRowNumbers, type RowNumbers } from './row-numbers.ts';
import { databaseKey } from './settings.ts';
import { createShapeNames, type ShapeNames } from './shape-name.ts';
import { createTokenHash, type TokenHash } from './token-hash.ts';
import { createViewTag, type ViewTag } from './view-tag.ts';
import type { WriteHooks } from './write-hooks.ts';

/**
 * Everything the repository needs, shared by all principals. It has no operations of its own: whoever wants data goes
 * through a repository bound to a principal.
 */
export interface ClinicalStore {
  readonly database: Database;
  readonly ledger: AuditLedger;
  readonly clock: Clock;
  readonly definitions: Definitions;
  /** @throws FhirError `FHIR_INVALID_RESOURCE` */
  readonly validate: (resource: unknown, expectedType?: string) => void;
  readonly extractor: IndexExtractor;
  readonly hash: TokenHash;
  readonly paramKey: ParamKey;
  readonly chief: ChiefParameters;
  readonly types: ResourceTypes;
  /** What new versions say to full text. */
  readonly fullText: FullTextScope;
  readonly rowNumbers: RowNumbers;
  readonly pageLink: PageLink;
  readonly shapes: ShapeNames;
  readonly eventId: EventId;
  /** The names under which a project knows resources. */
  readonly pseudonyms: (project: string) => Pseudonyms;
  /** What stands for a patient in aggregates. */
  readonly patientToken: PatientToken;
  /** What stands for a member of staff in the log of a patient. */
  readonly staffCode: StaffCode;
  /** Names versions for who sees parts of resources. */
  readonly viewTag: ViewTag;
  readonly auditSource: AuditSource;
  /** True where references have to lead to something, and nothing is deleted that others refer to. */
  readonly referentialIntegrity?: boolean;
  /** Resources behind a chain that a search lists one by one; 1000 unless set. */
  readonly listedLinks?: number;
  /** True where the database is an open transaction, in which a failed statement needs a savepoint to return to. */
  readonly inTransaction?: boolean;
  /** Finds the codes of value sets for a caller; absent where there is no terminology. */
  codeSets?: (context: AccessContext) => CodeSets;
  /** Judges the constraints of rules on writes; where it is absent, such rules allow no write. */
  readonly constraints?: Pick<Invariants, 'satisfied'>;
  /** Set once the plugins are registered. */
  hooks: WriteHooks;
}

/** What the store is made of. */
export interface ClinicalStoreOptions {
  readonly database: Database;
  readonly ledger: AuditLedger;
  readonly clock: Clock;
  readonly definitions: Definitions;
  readonly validate: (resource: unknown, expectedType?: string) => void;
  readonly extractor: IndexExtractor;
  readonly auditSource: AuditSource;
  /** Off unless told. */
  readonly referentialIntegrity?: boolean;
  /** Judges the constraints of rules on writes. */
  readonly constraints?: Pick<Invariants, 'satisfied'>;
  /** `narrative` unless told. */
  readonly fullText?: FullTextScope;
}

/** Opens the store on a migrated database. */
export async function openClinicalStore(options: ClinicalStoreOptions): Promise<ClinicalStore> {
  const { database, definitions } = options;
  const [indexKey, pageKey, eventKey, pseudonymKey, tokenKey, viewKey, staffKey, types] =
    await Promise.all([
      databaseKey(database, 'index-hash'),
      databaseKey(database, 'page-link'),
      databaseKey(database, 'audit-event-id'),
      databaseKey(database, 'pseudonyms'),
      databaseKey(database, 'aggregates'),
      databaseKey(database, 'view-tag'),
      databaseKey(database, 'access-log-staff'),
      loadResourceTypes(database, definitions.resourceTypes),
    ]);
  const chief = chiefParameters(definitions);
  return {
    ...options,
    extractor: withOneChiefDate(options.extractor, chief),
    chief,
    fullText: options.fullText ?? 'narrative',
    hash: createTokenHash(indexKey),
    paramKey: createParamKey(
      definitions.resourceTypes.map((type) => [type, indexNames(definitions, type)] as const),
    ),
    types,
    rowNumbers: createRowNumbers(database),
    pageLink: createPageLink(pageKey),
    shapes: createShapeNames(),
    eventId: createEventId(eventKey),
    pseudonyms: createPseudonyms(pseudonymKey),
    patientToken: createPatientToken(tokenKey),
    viewTag: createViewTag(viewKey),
    staffCode: createStaffCode(staffKey),
    hooks: {},
  };
}

/** Everything that has a number in the index of a type. */
function indexNames(definitions: Definitions, type: string): readonly string[] {
  return [...definitions.searchParameters(type).values()].flatMap(({ code, type: kind }) => {
    if (kind === 'quantity') return [code, canonicalName(code)];
    if (kind === 'token') return [code, ofTypeName(code)];
    return kind === 'reference' ? [code, patientMarker(code), identifierName(code)] : [code];
  });
}
