import { hash } from 'node:crypto';
import { errors } from 'oidc-provider';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { SecretBox } from '../keys/secret-box.ts';
import type { LoginStore } from '../logins/login-store.ts';
import { storeKey } from '../tokens/store-key.ts';
import { revokeGrant } from './revoke-grant.ts';
import type { Revocations } from '../tokens/revocations.ts';

interface Row {
  readonly id_digest: Buffer;
  readonly sealed: Buffer;
  readonly consumed_at: Date | null;
}

/** What the store of one model needs. */
export interface PayloadAdapterParts {
  readonly database: SqlClient;
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly revocations: Revocations;
  /** Is told of grants that have ended. */
  readonly logins: Pick<LoginStore, 'ended'>;
}

/**
 * Store of one model of the provider in PostgreSQL. Ids are digests and payloads sealed; they are random, so no salt is
 * needed. Rows survive a restart, and any node serves them.
 */
export function payloadAdapter(model: string, parts: PayloadAdapterParts): Adapter {
  const { database, box, clock, logins } = parts;
  const context = (id: Buffer): string => `oidc_payload ${model} ${id.toString('hex')}`;
  const find = async (column: string, value: string): Promise<AdapterPayload | undefined> => {
    const [row] = await database.query<Row>({
      text: `SELECT id_digest, sealed, consumed_at FROM oidc_payload WHERE model = $1 AND ${column} = $2
        AND (expires_at IS NULL OR expires_at > $3)`,
      values: [model, digest(value), new Date(clock.now())],
    });
    if (row === undefined) return undefined;
    const payload = JSON.parse(box.open(row.sealed, context(row.id_digest))) as AdapterPayload;
    if (row.consumed_at === null) return payload;
    return { ...payload, consumed: Math.floor(row.consumed_at.getTime() / 1000) };
  };
  const endGrant = async (grantId: string): Promise<void> => {
    await parts.revocations.add(storeKey(grantId));
    await logins.ended(storeKey(grantId));
  };
  /**
   * Of two uses at the same time the provider sees the first one only: it looks before it consumes. Which of the two has a
   * copy is not known, so that both get nothing.
   * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2
   */
  const endWhatCameOfIt = async (id: string): Promise<void> => {
    const [row] = await database.query<{ grant_digest: Buffer | null }>({
      text: 'SELECT grant_digest FROM oidc_payload WHERE model = $1 AND id_digest = $2',
      values: [model, digest(id)],
    });
    if (row?.grant_digest === undefined || row.grant_digest === null) return;
    const grantKey = row.grant_digest.toString('base64url');
    await revokeGrant(parts, grantKey, undefined);
    await logins.ended(grantKey);
  };
  return {
    find: (id) => find('id_digest', id),
    findByUid: (uid) => find('uid_digest', uid),
    findByUserCode: (userCode) => find('user_code_digest', userCode),
    async upsert(id, payload, expiresIn) {
      const key = digest(id);
      const now = clock.now();
      const rows = await database.query({
        text: `INSERT INTO oidc_payload AS p (model, id_digest, grant_digest, uid_digest, user_code_digest, sealed,
            expires_at, account_digest)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $9)
          ON CONFLICT (model, id_digest) DO UPDATE SET grant_digest = excluded.grant_digest,
            uid_digest = excluded.uid_digest, user_code_digest = excluded.user_code_digest,
            sealed = excluded.sealed, expires_at = excluded.expires_at, account_digest = excluded.account_digest
          WHERE $1 <> 'ReplayDetection' OR p.expires_at <= $8
          RETURNING model`,
        values: [
          model,
          key,
          payload.grantId === undefined ? null : digest(payload.grantId),
          payload.uid === undefined ? null : digest(payload.uid),
          payload.userCode === undefined ? null : digest(payload.userCode),
          box.seal(JSON.stringify(payload), context(key)),
          expiresIn === undefined ? null : new Date(now + expiresIn * 1000),
          new Date(now),
          payload.accountId === undefined ? null : digest(payload.accountId),
        ],
      });
      // The provider looks before it stores; of two requests at the same time only the store sees both.
      if (rows.length === 0) {
        throw new errors.InvalidClientAuth('client assertion tokens must only be used once');
      }
    },
    async consume(id) {
      const rows = await database.query({
        text: `UPDATE oidc_payload SET consumed_at = $3 WHERE model = $1 AND id_digest = $2 AND consumed_at IS NULL
          RETURNING model`,
        values: [model, digest(id), new Date(clock.now())],
      });
      if (rows.length > 0) return;
      await endWhatCameOfIt(id);
      throw new errors.InvalidGrant(`${model} already consumed`);
    },
    async destroy(id) {
      if (model === 'Grant') await endGrant(id);
      await database.query({
        text: 'DELETE FROM oidc_payload WHERE model = $1 AND id_digest = $2',
        values: [model, digest(id)],
      });
    },
    async revokeByGrantId(grantId) {
      await endGrant(grantId);
      await database.query({
        text: 'DELETE FROM oidc_payload WHERE model = $1 AND grant_digest = $2',
        values: [model, digest(grantId)],
      });
    },
  };
}

function digest(id: string): Buffer {
  return hash('sha256', id, 'buffer');
}
