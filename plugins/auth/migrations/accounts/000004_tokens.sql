-- What a person has allowed an app of another maker: the scopes that were chosen on the consent page, remembered until
-- they are taken back.
CREATE TABLE consent (
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  client_id text NOT NULL,
  scopes text[] NOT NULL,
  given_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, client_id)
);

-- Proofs of possession that were shown (RFC 9449): each counts once, at whatever node. The key is a digest.
CREATE TABLE dpop_proof (
  key bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX dpop_proof_expiry ON dpop_proof (expires_at);

-- Whose a session, grant, code or token is, as a digest: ending all of an account finds those that no login names yet.
ALTER TABLE oidc_payload ADD COLUMN account_digest bytea;
CREATE INDEX oidc_payload_account ON oidc_payload (account_digest) WHERE account_digest IS NOT NULL;

-- Logins of one browser session end together.
CREATE INDEX login_session ON login (session_key) WHERE session_key IS NOT NULL;
