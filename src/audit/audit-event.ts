import type { AuditEvent, Coding } from '@medplum/fhirtypes';
import type { AuditRow } from './audit-row.ts';
import { BALP, clientNetwork, dcm, eventAgents } from './event-agents.ts';
import { eventEntities } from './event-entities.ts';
import { interactionCoding, restfulCodes } from './restful-interaction.ts';
import type { AuditSource } from './audit-source.ts';

const RESTFUL = 'http://hl7.org/fhir/restful-interaction';

/**
 * Shows a row of the ledger as an AuditEvent; successful accesses as instances of the IHE BALP profiles.
 * @see https://profiles.ihe.net/ITI/BALP/content.html
 */
export function auditEvent(id: string, row: AuditRow, source: AuditSource): AuditEvent {
  const coding = interactionCoding(row.interaction);
  const profile = profilesOf(row, source);
  const subtype = subtypesOf(row);
  const entity = eventEntities(row);
  return {
    resourceType: 'AuditEvent',
    id,
    meta: {
      versionId: '1',
      lastUpdated: row.recorded,
      ...(profile.length === 0 ? {} : { profile }),
    },
    type:
      row.securityType === undefined
        ? { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' }
        : dcm(row.securityType),
    ...(subtype.length === 0 ? {} : { subtype }),
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
    agent: eventAgents(row, source),
    source: {
      site: source.address,
      observer: { reference: source.observer },
      type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '4' }],
    },
    ...(entity.length === 0 ? {} : { entity }),
  };
}

/** The profiles that the event is an instance of: that of its pattern, and the one of tokens where one was used. */
function profilesOf(row: AuditRow, source: AuditSource): string[] {
  const { pattern } = interactionCoding(row.interaction);
  const of = (name: string): string => `${BALP}/StructureDefinition/IHE.BasicAudit.${name}`;
  const token = row.agent !== undefined && row.tokenId !== undefined;
  const profiled =
    pattern !== undefined &&
    row.outcome === 0 &&
    row.securityType === undefined &&
    row.agent !== undefined &&
    (pattern !== 'Query' || row.query !== undefined) &&
    clientNetwork(row, source) !== undefined;
  return [
    ...(profiled ? [of(`${row.patient === undefined ? '' : 'Patient'}${pattern}`)] : []),
    ...(token ? [of('OAUTHaccessTokenUse.Minimal')] : []),
  ];
}

/** What was done; a refusal by policy is a decision about authorisation as well. */
function subtypesOf(row: AuditRow): Coding[] {
  const restful = restfulCodes(row.interaction).map((code): Coding => ({ system: RESTFUL, code }));
  const security = row.securitySubtype === undefined ? [] : [dcm(row.securitySubtype)];
  const denied = row.outcome === 8 && row.agent !== undefined && row.interaction !== 'security';
  return [
    ...security,
    ...restful,
    ...(denied ? [{ system: `${BALP}/CodeSystem/AuthZsubType`, code: 'AuthZ-Role' }] : []),
  ];
}
