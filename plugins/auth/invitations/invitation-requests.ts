import type { Clock, PluginRepository, SqlClient } from '../../../src/plugin/sdk.ts';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { Invite } from './invite.ts';
import { membershipFor } from './membership-for.ts';

/** Who acts where an operator works at the machine: the server, on behalf of whoever may reach its database. */
const OPERATOR = 'Device/plugin-auth';

export interface InvitationRequestParts {
  readonly database: SqlClient;
  readonly repository: PluginRepository;
  readonly invite: Invite;
  readonly adminPolicies: readonly string[];
  readonly clock: Clock;
}

interface Row {
  readonly id: string;
  readonly token_digest: Buffer;
  readonly profile: string;
  readonly policy: string;
  readonly display: string | null;
  readonly requested_by: string;
}

/**
 * Carries out the invitations that operators have asked for with `npm run accounts`. Of several nodes one takes a request;
 * what it has done stands in the row, for the command to read.
 * @returns how many
 */
export async function carryOutInvitations(parts: InvitationRequestParts): Promise<number> {
  const { clock, database } = parts;
  const rows = await database.query<Row>({
    text: `UPDATE invitation_request SET outcome = 'working' WHERE id IN (
        SELECT id FROM invitation_request WHERE outcome IS NULL AND expires_at > $1 LIMIT 10 FOR UPDATE SKIP LOCKED)
      RETURNING id, token_digest, profile, policy, display, requested_by`,
    values: [new Date(clock.now())],
  });
  for (const row of rows) {
    const { outcome, expiresAt } = await carryOut(parts, row);
    await database.query({
      text: 'UPDATE invitation_request SET outcome = $2, invitation_expires_at = $3 WHERE id = $1',
      values: [row.id, outcome, expiresAt],
    });
  }
  return rows.length;
}

async function carryOut(
  parts: InvitationRequestParts,
  { display, policy, profile, token_digest: digest }: Row,
): Promise<{ readonly outcome: string; readonly expiresAt: Date | null }> {
  try {
    const wanted = { profile, policy, ...(display === null ? {} : { display }) };
    const identity = await membershipFor(parts.repository, wanted, parts.adminPolicies);
    const inviter = { profile: OPERATOR };
    const { expiresAt } = await parts.invite.inviteByDigest(digest, identity, inviter, {});
    return { outcome: 'done', expiresAt };
  } catch (error) {
    // The operator reads it at the terminal; the texts hold no secrets and no stored content.
    const text = isFhirError(error) ? error.outcome.issue[0]?.details?.text : undefined;
    return { outcome: text ?? 'The server failed; its log says why', expiresAt: null };
  }
}
