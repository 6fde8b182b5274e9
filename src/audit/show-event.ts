import type { AuditEvent } from '@medplum/fhirtypes';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { projectedBy } from '../storage/repository/shown/show.ts';
import { type ShownText, shownText } from '../storage/repository/shown/shown-text.ts';
import { auditEvent } from './audit-event.ts';
import { auditRowOf, type StoredAuditRow } from './columns.ts';
import { visibleAuditRow } from './patient-view.ts';
import { withoutVersions } from './without-versions.ts';

/**
 * A row of the ledger as the AuditEvent that the caller may see. Where rules hide elements, those are hidden that any of
 * them hides: which of them hold for the row is not looked up.
 * @param wholeLedger true where a rule shows all rows
 */
export function showEvent(
  store: ClinicalStore,
  context: AccessContext,
  interaction: 'read' | 'search',
  stored: StoredAuditRow,
  wholeLedger: boolean,
): ShownText {
  const visible = visibleAuditRow(store, context, auditRowOf(stored), wholeLedger);
  const row = withoutVersions(store, context, visible);
  const event: AuditEvent = auditEvent(store.eventId.seal(stored.seq), row, store.auditSource);
  return shownText(JSON.stringify(projectedBy(store, context, interaction, [], event)));
}
