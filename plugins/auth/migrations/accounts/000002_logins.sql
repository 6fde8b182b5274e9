-- FHIR identities of an account: a patient has one, staff may have several. The link lies in this database and nowhere
-- else. No two accounts act as one identity.
CREATE TABLE account_identity (
  membership_id text PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  profile text NOT NULL UNIQUE,
  class text NOT NULL CHECK (class IN ('patient', 'staff', 'admin')),
  linked_at timestamptz NOT NULL
);
CREATE INDEX account_identity_account ON account_identity (account_id);
INSERT INTO account_identity (membership_id, account_id, profile, class, linked_at)
  SELECT membership_id::text, id, profile, 'patient', created_at FROM account;
ALTER TABLE account DROP COLUMN profile, DROP COLUMN membership_id;

-- Factors beside the password. `sealed` holds the secret or the public key, AES-256-GCM; `lookup` is a digest by which a
-- passkey is found. A factor counts from `active_from` on and until `removed_from`: both lie ahead where a change is
-- delayed and announced first.
CREATE TABLE account_factor (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('totp', 'passkey', 'recovery-codes')),
  label text,
  sealed bytea NOT NULL,
  lookup bytea UNIQUE,
  -- Counter of the last one-time code, or signature counter of the passkey.
  counter bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  active_from timestamptz NOT NULL,
  removed_from timestamptz,
  last_used_at timestamptz
);
CREATE INDEX account_factor_account ON account_factor (account_id);

-- Sign-ins between their first step and the code: who, if anybody, is behind the sealed state.
CREATE TABLE sign_in_attempt (
  key bytea PRIMARY KEY,
  sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_expiry ON sign_in_attempt (expires_at);

-- What lasts after a sign-in. `grant_key` leads from a token to its row. The network is kept as a prefix, and for as long
-- as an unusual login could be noticed by it.
CREATE TABLE login (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  client_id text NOT NULL,
  profile text NOT NULL,
  membership_id text NOT NULL,
  class text NOT NULL CHECK (class IN ('patient', 'staff', 'admin')),
  scope text NOT NULL,
  auth_method text NOT NULL CHECK (auth_method IN ('password', 'external')),
  acr text NOT NULL,
  amr text[] NOT NULL,
  auth_time timestamptz NOT NULL,
  grant_key text UNIQUE,
  session_key text,
  -- RFC 7638 thumbprint of the key that the device holds (DPoP).
  device_key text,
  device text,
  network text,
  -- Launch context of SMART: patient, encounter, intent, fhirContext.
  context jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX login_account ON login (account_id, created_at);
CREATE INDEX login_expiry ON login (expires_at);
