import type { IdentityClass } from '../../../src/plugin/sdk.ts';
import type { Login } from './login.ts';

/** A row of the table `login`. */
export interface LoginRow {
  readonly id: string;
  readonly account_id: string;
  readonly client_id: string;
  readonly profile: string;
  readonly membership_id: string;
  readonly class: IdentityClass;
  readonly scope: string;
  readonly auth_method: 'password' | 'external';
  readonly acr: string;
  readonly amr: readonly string[];
  readonly auth_time: Date;
  readonly grant_key: string | null;
  readonly session_key: string | null;
  readonly device_key: string | null;
  readonly device: string | null;
  readonly network: string | null;
  readonly context: Readonly<Record<string, unknown>>;
  readonly created_at: Date;
  readonly last_used_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
}

export const LOGIN_COLUMNS = `id, account_id, client_id, profile, membership_id, class, scope, auth_method, acr, amr,
  auth_time, grant_key, session_key, device_key, device, network, context, created_at, last_used_at, expires_at,
  revoked_at`;

/** A login as it is in the table. */
export function readLogin(row: LoginRow): Login {
  return {
    id: row.id,
    accountId: row.account_id,
    clientId: row.client_id,
    profile: row.profile,
    membershipId: row.membership_id,
    class: row.class,
    scope: row.scope,
    authMethod: row.auth_method,
    acr: row.acr,
    amr: row.amr,
    authTime: row.auth_time,
    ...(row.grant_key === null ? {} : { grantKey: row.grant_key }),
    ...(row.session_key === null ? {} : { sessionKey: row.session_key }),
    ...(row.device_key === null ? {} : { deviceKey: row.device_key }),
    ...(row.device === null ? {} : { device: row.device }),
    ...(row.network === null ? {} : { network: row.network }),
    context: row.context,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revoked: row.revoked_at !== null,
  };
}
