import type { AuditEventEntity, Coding } from '@medplum/fhirtypes';
import type { AuditRow } from './audit-row.ts';
import { BALP } from './event-agents.ts';

const OPERATION = 'operation:';

/**
 * What was used: the query, the resource, the operation, the patient, and the request that all of it belongs to.
 * @see https://profiles.ihe.net/ITI/BALP/content.html
 */
export function eventEntities(row: AuditRow): AuditEventEntity[] {
  const found: AuditEventEntity[] = [];
  const { type, resourceId, version } = row;
  const operation = row.interaction.startsWith(OPERATION);
  if (row.query !== undefined) {
    const query = Buffer.from(queryText(row, row.query), 'utf8').toString('base64');
    found.push({ type: entityType('2'), role: role('24'), query });
  }
  // A query names no resource in the profiles; an operation may have both.
  if (type !== undefined && resourceId !== undefined && (row.query === undefined || operation)) {
    const reference = `${type}/${resourceId}${version === undefined ? '' : `/_history/${String(version)}`}`;
    found.push({ what: { reference }, type: entityType('2'), role: role('4') });
  }
  if (operation) {
    const name = `$${row.interaction.slice(OPERATION.length)}`;
    found.push({ type: entityType('4'), role: role('20'), name });
  }
  if (row.patient !== undefined) {
    const reference = `Patient/${row.patient}`;
    found.push({ what: { reference }, type: entityType('1'), role: role('1') });
  }
  if (row.requestId !== '') {
    found.push({
      type: { system: `${BALP}/CodeSystem/BasicAuditEntityType`, code: 'XrequestId' },
      what: { identifier: { value: row.requestId } },
    });
  }
  return found;
}

/** What was asked for, as it was asked for: a search, a GraphQL document, a file of a bulk job. */
function queryText({ interaction, type, resourceId }: AuditRow, query: string): string {
  if (interaction === 'operation:graphql' || query.startsWith('bulkdata/')) return query;
  if (!interaction.startsWith(OPERATION)) return `${type ?? ''}?${query}`;
  const name = `$${interaction.slice(OPERATION.length)}`;
  const path = [type, resourceId, name].filter((part) => part !== undefined).join('/');
  return `${path}?${query}`;
}

function entityType(code: string): Coding {
  return { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code };
}

function role(code: string): Coding {
  return { system: 'http://terminology.hl7.org/CodeSystem/object-role', code };
}
