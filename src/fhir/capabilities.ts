import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import type { Clock } from '../clock.ts';
import type { OperationDefinition } from '../plugin/sdk.ts';
import type { Definitions, SearchParameterDefinition } from './definitions/model.ts';
import type { Operations } from './operations.ts';

type Interaction = NonNullable<CapabilityStatementRestResource['interaction']>[number]['code'];

const INTERACTIONS: readonly Interaction[] = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'create',
  'search-type',
];

/** The ledger is read only. */
const LEDGER_INTERACTIONS: readonly Interaction[] = ['read', 'search-type'];

const EXECUTE = {
  name: 'execute',
  documentation: 'Runs the bot and answers with what it returns.',
};

/** What the statement is made from. */
export interface CapabilitySource {
  readonly definitions: Definitions;
  readonly operations: Operations;
  readonly clock: Clock;
  readonly version: string;
  /** Plugins' say. */
  readonly extend: (statement: CapabilityStatement) => Promise<CapabilityStatement>;
}

/**
 * Says what is really registered. The text is made once for each base and then kept: nothing of it changes while the
 * server runs.
 * @see https://hl7.org/fhir/R4/capabilitystatement.html
 */
export function createCapabilities(source: CapabilitySource): (base: string) => Promise<string> {
  const date = new Date(source.clock.now()).toISOString();
  const texts = new Map<string, Promise<string>>();
  return (base) => {
    let text = texts.get(base);
    if (text === undefined) {
      text = source
        .extend(statement(source, base, date))
        .then((extended) => JSON.stringify(extended));
      texts.set(base, text);
    }
    return text;
  };
}

function statement(source: CapabilitySource, base: string, date: string): CapabilityStatement {
  const { definitions, operations, version } = source;
  const origin = new URL(base).origin;
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    kind: 'instance',
    software: { name: 'diga-server', version },
    implementation: { description: 'diga-server', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json'],
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
          resourceEntry(definitions, operations, type),
        ),
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
        operation: operationEntries(operations.all().filter(({ level }) => level === 'system')),
      },
    ],
  };
}

function resourceEntry(
  definitions: Definitions,
  operations: Operations,
  type: string,
): CapabilityStatementRestResource {
  const ledger = type === 'AuditEvent';
  const own = operationEntries([
    ...operations.all().filter(({ resourceType }) => resourceType === type),
    ...(type === 'Bot' ? [EXECUTE] : []),
  ]);
  return {
    type,
    interaction: (ledger ? LEDGER_INTERACTIONS : INTERACTIONS).map((code) => ({ code })),
    ...(ledger ? {} : { versioning: 'versioned-update', readHistory: true, updateCreate: true }),
    searchParam: [...definitions.searchParameters(type).values()]
      .filter(isSearchable)
      .map((parameter) => ({
        name: parameter.code,
        type: parameter.type,
        definition: parameter.url,
      })),
    ...(own.length === 0 ? {} : { operation: own }),
  } as CapabilityStatementRestResource;
}

/** Parameters that a search answers rather than refuses. */
function isSearchable({ type }: SearchParameterDefinition): boolean {
  return type !== 'composite' && type !== 'special';
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
