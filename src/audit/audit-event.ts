import type { AuditEvent, AuditEventAgent, AuditEventEntity, Coding } from '@medplum/fhirtypes';
import type { AuditRow } from './audit-row.ts';
import { interactionCoding } from './restful-interaction.ts';

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const BALP = 'https://profiles.ihe.net/ITI/BALP';
const RESTFUL = 'http://hl7.org/fhir/restful-interaction';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';

/** What an AuditEvent says about the server that recorded it. */
export interface AuditSource {
  /** FHIR reference of the server. */
  readonly observer: string;
  /** Base URL of its FHIR API. */
  readonly address: string;
}

/**
 * Shows a row of the ledger as an AuditEvent; successful accesses as instances of the IHE BALP profiles.
 * @see https://profiles.ihe.net/ITI/BALP/content.html
 */
export function auditEvent(id: string, row: AuditRow, source: AuditSource): AuditEvent {
  const coding = interactionCoding(row.interaction);
  const security = row.securityType !== undefined;
  const pattern = coding.pattern;
  const profiled =
    pattern !== undefined &&
    row.outcome === 0 &&
    !security &&
    row.agent !== undefined &&
    clientNetwork(row, source) !== undefined;
  return {
    resourceType: 'AuditEvent',
    id,
    meta: {
      versionId: '1',
      lastUpdated: row.recorded,
      ...(profiled
        ? {
            profile: [
              `${BALP}/StructureDefinition/IHE.BasicAudit.${row.patient === undefined ? '' : 'Patient'}${pattern}`,
            ],
          }
        : {}),
    },
    type: security
      ? dcm(row.securityType)
      : { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    ...subtype(row),
    action: coding.action,
    recorded: row.recorded,
    outcome: String(row.outcome) as '0',
    ...(row.detail === undefined ? {} : { outcomeDesc: row.detail }),
    ...(row.purpose === undefined
      ? {}
      : {
          purposeOfEvent: [
            {
              coding: [
                { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: row.purpose },
              ],
            },
          ],
        }),
    agent: agents(row, source),
    source: {
      site: source.address,
      observer: { reference: source.observer },
      type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '4' }],
    },
    entity: entities(row),
  };
}

function subtype(row: AuditRow): Pick<AuditEvent, 'subtype'> {
  if (row.securityType !== undefined) {
    return row.securitySubtype === undefined ? {} : { subtype: [dcm(row.securitySubtype)] };
  }
  const operation = row.interaction.startsWith('operation:');
  return { subtype: [{ system: RESTFUL, code: operation ? 'operation' : row.interaction }] };
}

function agents(row: AuditRow, source: AuditSource): AuditEventAgent[] {
  const coding = interactionCoding(row.interaction);
  const deletion = row.interaction === 'delete';
  const client: AuditEventAgent = {
    type: { coding: [dcm(coding.client)] },
    who:
      row.clientId === undefined
        ? { display: 'in the server' }
        : { identifier: { value: row.clientId } },
    requestor: false,
    ...optionalNetwork(clientNetwork(row, source)),
  };
  const server: AuditEventAgent = {
    type: {
      coding: [
        deletion
          ? {
              system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
              code: 'custodian',
            }
          : dcm(coding.server),
      ],
    },
    who: { reference: source.observer },
    requestor: false,
    network: { address: source.address, type: '5' },
  };
  if (row.agent === undefined) return [{ ...client, requestor: true }, server];
  const reads = coding.action === 'R' || coding.action === 'E';
  const policy = [
    ...(row.tokenId === undefined ? [] : [`urn:ietf:params:oauth:jti:${row.tokenId}`]),
    ...(row.rule ?? '').split('|').filter((rule) => rule !== ''),
  ];
  const user: AuditEventAgent = {
    type: { coding: [{ system: PARTICIPATION, code: reads ? 'IRCP' : 'AUT' }] },
    who: { reference: row.agent },
    requestor: true,
    ...(row.roles === undefined || row.roles === ''
      ? {}
      : { role: row.roles.split(' ').map((text) => ({ text })) }),
    ...(policy.length === 0 ? {} : { policy }),
  };
  return [client, server, user];
}

type Network = NonNullable<AuditEventAgent['network']>;

/** Where the client is: at its address, or, where there is no client of its own, in the server. */
function clientNetwork(row: AuditRow, source: AuditSource): Network | undefined {
  if (row.network !== undefined) return { address: row.network, type: '2' };
  return row.clientId === undefined ? { address: source.address, type: '5' } : undefined;
}

function optionalNetwork(network: Network | undefined): { readonly network?: Network } {
  return network === undefined ? {} : { network };
}

function entities(row: AuditRow): AuditEventEntity[] {
  const found: AuditEventEntity[] = [];
  const { type, resourceId, version } = row;
  if (row.query !== undefined) {
    found.push({
      type: entityType('2'),
      role: role('24'),
      query: Buffer.from(`${type ?? ''}?${row.query}`, 'utf8').toString('base64'),
    });
  } else if (type !== undefined && resourceId !== undefined) {
    const reference = `${type}/${resourceId}${version === undefined ? '' : `/_history/${String(version)}`}`;
    found.push({ what: { reference }, type: entityType('2'), role: role('4') });
  }
  if (row.interaction.startsWith('operation:')) {
    found.push({
      type: entityType('4'),
      role: role('20'),
      name: `$${row.interaction.slice('operation:'.length)}`,
    });
  }
  if (row.patient !== undefined) {
    found.push({
      what: { reference: `Patient/${row.patient}` },
      type: entityType('1'),
      role: role('1'),
    });
  }
  found.push({
    type: { system: `${BALP}/CodeSystem/BasicAuditEntityType`, code: 'XrequestId' },
    what: { identifier: { value: row.requestId } },
  });
  return found;
}

function dcm(code: string): Coding {
  return { system: DCM, code };
}

function entityType(code: string): Coding {
  return { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code };
}

function role(code: string): Coding {
  return { system: 'http://terminology.hl7.org/CodeSystem/object-role', code };
}
