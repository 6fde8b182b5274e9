import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import type { Clock } from '../clock.ts';
import { type IncludeCapabilities, includeCapabilities } from './include-capabilities.ts';
import type { OperationDefinition } from '../plugin/sdk.ts';
import type { Definitions, SearchParameterDefinition } from '../definitions/model.ts';
import { appliesTo, type CoreOperation } from './operations/core-operation.ts';
import { CORE_OPERATIONS } from './operations/core-operations.ts';
import type { Operations } from './operations/plugin-operations.ts';

type Interaction = NonNullable<CapabilityStatementRestResource['interaction']>[number]['code'];

const INTERACTIONS: readonly Interaction[] = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'history-type',
  'create',
  'search-type',
];

/** The ledger is read only. */
const LEDGER_INTERACTIONS: readonly Interaction[] = ['read', 'search-type'];

const EXECUTE = {
  name: 'execute',
  documentation: 'Runs the bot and answers with what it returns.',
};

/** Who may see a Binary depends on another resource, so that there is nothing over many of them. */
const BINARY_INTERACTIONS: readonly Interaction[] = [
  'read',
  'vread',
  'update',
  'delete',
  'history-instance',
  'create',
];

function interactionsOf(type: string): readonly Interaction[] {
  if (type === 'AuditEvent') return LEDGER_INTERACTIONS;
  return type === 'Binary' ? BINARY_INTERACTIONS : INTERACTIONS;
}

const VERSIONED = {
  versioning: 'versioned-update',
  readHistory: true,
  updateCreate: true,
} as const;

/** What holds for every type that is written by clients. */
const WRITABLE = {
  ...VERSIONED,
  conditionalCreate: true,
  conditionalRead: 'full-support',
  conditionalUpdate: true,
  conditionalDelete: 'multiple',
} as const;

/** What the statement is made from. */
export interface CapabilitySource {
  readonly definitions: Definitions;
  readonly operations: Operations;
  readonly clock: Clock;
  readonly version: string;
  /** Plugins' say. */
  readonly extend: (statement: CapabilityStatement) => Promise<CapabilityStatement>;
}

/** Statements that are kept: a few bases, and what changed since. */
const MAX_TEXTS = 20;

/**
 * Says what is really registered. The text is made once for each base and then kept: nothing of it changes while the
 * server runs.
 * @see https://hl7.org/fhir/R4/capabilitystatement.html
 */
export function createCapabilities(source: CapabilitySource): (base: string) => Promise<string> {
  const date = new Date(source.clock.now()).toISOString();
  const texts = new Map<string, Promise<string>>();
  return (base) => {
    // Stored search parameters come and go.
    const key = `${String(source.definitions.revision?.() ?? 0)} ${base}`;
    let text = texts.get(key);
    if (text === undefined) {
      text = source
        .extend(statement(source, base, date))
        .then((extended) => JSON.stringify(extended));
      if (texts.size >= MAX_TEXTS) texts.clear();
      texts.set(key, text);
    }
    return text;
  };
}

/** No search parameter by its definition, but test suites look for it among them. */
const COUNT = { name: '_count', type: 'number', documentation: 'Entries on a page' };

function statement(source: CapabilitySource, base: string, date: string): CapabilityStatement {
  const { definitions, operations, version } = source;
  const origin = new URL(base).origin;
  const includes = includeCapabilities(definitions);
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    kind: 'instance',
    software: { name: 'diga-server', version },
    implementation: { description: 'diga-server', url: base },
    instantiates: ['http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data'],
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json', 'application/fhir+xml', 'xml'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json', 'application/fhir+xml'],
    rest: [
      {
        mode: 'server',
        security: {
          service: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
                  code: 'SMART-on-FHIR',
                },
              ],
            },
          ],
          extension: [
            {
              url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
              extension: [
                { url: 'authorize', valueUri: `${origin}/oauth2/authorize` },
                { url: 'token', valueUri: `${origin}/oauth2/token` },
              ],
            },
          ],
        },
        resource: definitions.resourceTypes.map((type) =>
          resourceEntry(definitions, operations, type, includes(type)),
        ),
        interaction: [
          { code: 'transaction' },
          { code: 'batch' },
          { code: 'search-system' },
          { code: 'history-system' },
        ],
        operation: [
          ...CORE_OPERATIONS.filter(({ system }) => system === true).map(coreEntry),
          ...operationEntries(operations.all().filter(({ level }) => level === 'system')),
        ],
      },
    ],
  };
}

function resourceEntry(
  definitions: Definitions,
  operations: Operations,
  type: string,
  { searchInclude, searchRevInclude }: IncludeCapabilities,
): CapabilityStatementRestResource {
  const ledger = type === 'AuditEvent';
  const own = [
    ...CORE_OPERATIONS.filter(
      (operation) =>
        appliesTo(operation, { type }) || (!ledger && appliesTo(operation, { type, id: 'x' })),
    ).map(coreEntry),
    ...operationEntries([
      ...operations.all().filter(({ resourceType }) => resourceType === type),
      ...(type === 'Bot' ? [EXECUTE] : []),
    ]),
  ];
  return {
    type,
    interaction: interactionsOf(type).map((code) => ({ code })),
    ...(ledger ? {} : type === 'Binary' ? VERSIONED : WRITABLE),
    searchParam:
      type === 'Binary'
        ? []
        : [
            ...[...definitions.searchParameters(type).values()]
              .filter(isSearchable)
              .map((parameter) => ({
                name: parameter.code,
                type: parameter.type,
                definition: parameter.url,
              })),
            COUNT,
          ],
    ...(searchInclude.length === 0 ? {} : { searchInclude }),
    ...(searchRevInclude.length === 0 ? {} : { searchRevInclude }),
    ...(own.length === 0 ? {} : { operation: own }),
  } as CapabilityStatementRestResource;
}

/** Parameters that a search answers rather than refuses. */
function isSearchable({ type, indexing }: SearchParameterDefinition): boolean {
  return type !== 'special' && indexing !== true;
}

function coreEntry({ name, definition, documentation }: CoreOperation) {
  return { name, definition, documentation };
}

function operationEntries(
  operations: readonly Pick<OperationDefinition, 'name' | 'documentation'>[],
) {
  return operations.map(({ name, documentation }) => ({
    name,
    definition: `https://diga-server.dev/fhir/OperationDefinition/${name}`,
    documentation,
  }));
}
