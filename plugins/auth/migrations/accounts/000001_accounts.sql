-- Accounts are pseudonymous: no column holds a name, an address, or anything a person chose, and the handle is stored
-- only as a keyed digest.
CREATE TABLE account (
  id uuid PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('PENDING', 'ACTIVE', 'BLOCKED')),
  handle_digest bytea NOT NULL UNIQUE,
  password_hash text NOT NULL,
  totp_secret bytea NOT NULL,
  totp_algorithm text NOT NULL CHECK (totp_algorithm IN ('SHA256', 'SHA1')),
  totp_counter bigint NOT NULL,
  -- The link from the account to its FHIR identity lies here and nowhere else.
  profile text NOT NULL UNIQUE,
  membership_id uuid NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  activated_at timestamptz,
  last_login_at timestamptz
);
CREATE INDEX account_pending ON account (created_at) WHERE state = 'PENDING';

CREATE TABLE registration_draft (
  key bytea PRIMARY KEY,
  sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX registration_draft_expiry ON registration_draft (expires_at);

CREATE TABLE throttle (
  key bytea PRIMARY KEY,
  failures integer NOT NULL,
  blocked_until timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX throttle_expiry ON throttle (expires_at);

-- Sessions, grants, codes, refresh tokens, interactions. Ids are kept as SHA-256 digests and payloads are sealed, so a
-- copy of this table lets nobody in.
CREATE TABLE oidc_payload (
  model text NOT NULL,
  id_digest bytea NOT NULL,
  grant_digest bytea,
  uid_digest bytea,
  user_code_digest bytea,
  sealed bytea NOT NULL,
  expires_at timestamptz,
  consumed_at timestamptz,
  PRIMARY KEY (model, id_digest)
);
CREATE INDEX oidc_payload_grant ON oidc_payload (grant_digest) WHERE grant_digest IS NOT NULL;
CREATE INDEX oidc_payload_uid ON oidc_payload (uid_digest) WHERE uid_digest IS NOT NULL;
CREATE INDEX oidc_payload_user_code ON oidc_payload (user_code_digest) WHERE user_code_digest IS NOT NULL;
CREATE INDEX oidc_payload_expiry ON oidc_payload (expires_at);

-- Grants revoked while access tokens of theirs may still be alive; every node reads them.
CREATE TABLE revoked_grant (
  grant_key text PRIMARY KEY,
  revoked_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX revoked_grant_expiry ON revoked_grant (expires_at);

-- Apps and service accounts. The inventory columns answer who owns an account, what for, and how old its keys are.
CREATE TABLE oauth_client (
  client_id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('app', 'service', 'sandbox')),
  metadata jsonb NOT NULL,
  profile text,
  owner text NOT NULL,
  purpose text NOT NULL,
  rotation_days integer,
  key_thumbprints text[] NOT NULL,
  keys_since timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  active boolean NOT NULL
);
