-- Sign-ins of other identity providers that stand for an account. The subject is kept as a keyed digest: a copy of this
-- table does not tell who somebody is elsewhere.
CREATE TABLE external_subject (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  subject_digest bytea NOT NULL,
  provider text NOT NULL,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  linked_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  UNIQUE (issuer, subject_digest)
);
CREATE INDEX external_subject_account ON external_subject (account_id);

-- False: nobody knows a password of the account, its links are the only way in.
ALTER TABLE account ADD COLUMN local boolean NOT NULL DEFAULT true;

-- Sign-ins that are at another provider at this moment, or have come back and wait for a decision.
CREATE TABLE external_attempt (
  key bytea PRIMARY KEY,
  sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX external_attempt_expiry ON external_attempt (expires_at);

-- Links with which somebody sets an account up for an identity that exists. The secret of the link is kept as a digest. One
-- identity has one open invitation at most.
CREATE TABLE invitation (
  token_digest bytea PRIMARY KEY,
  account_id uuid NOT NULL UNIQUE,
  membership_id text NOT NULL UNIQUE,
  profile text NOT NULL UNIQUE,
  class text NOT NULL CHECK (class IN ('patient', 'staff', 'admin')),
  inviter text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX invitation_expiry ON invitation (expires_at);

-- Invitations that an operator asks for on the machine; a running server carries them out. It learns the digest of the link
-- only.
CREATE TABLE invitation_request (
  id uuid PRIMARY KEY,
  token_digest bytea NOT NULL,
  profile text NOT NULL,
  policy text NOT NULL,
  display text,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  outcome text,
  invitation_expires_at timestamptz
);
CREATE INDEX invitation_request_expiry ON invitation_request (expires_at);

-- Inventory of service accounts.
ALTER TABLE oauth_client
  ADD COLUMN reviewed_on date,
  -- Switched off after assertions that were refused; a new key or an admin switches it on.
  ADD COLUMN disabled_at timestamptz,
  -- Keyed digest of the address that the last token was issued to.
  ADD COLUMN last_address bytea,
  -- Day of the last warning, so that of several nodes one warns a day.
  ADD COLUMN warned_on date;
-- Since when each key of a client is known; a key that was exchanged keeps its row, so that it cannot come back as new.
CREATE TABLE oauth_client_key (
  client_id text NOT NULL REFERENCES oauth_client ON DELETE CASCADE,
  thumbprint text NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (client_id, thumbprint)
);
INSERT INTO oauth_client_key (client_id, thumbprint, since)
  SELECT client_id, unnest(key_thumbprints), keys_since FROM oauth_client;
