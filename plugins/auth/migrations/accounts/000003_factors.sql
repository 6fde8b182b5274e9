-- What is known of a factor beside its secret: algorithm of the codes, kind of the passkey and of its device.
ALTER TABLE account_factor ADD COLUMN detail jsonb NOT NULL DEFAULT '{}';

-- The authenticator app that came with the account becomes a factor like any other. Its secret stays sealed for its old
-- place, which `sealedFor` remembers, until it is used the next time and is sealed anew.
INSERT INTO account_factor (id, account_id, kind, sealed, counter, created_at, active_from, detail)
  SELECT id, id, 'totp', totp_secret, totp_counter, created_at, created_at,
    jsonb_build_object('algorithm', totp_algorithm, 'sealedFor', 'account.totp_secret ' || id) FROM account;

-- A password set by recovery waits in `next_password_hash` and is the password from `next_password_from` on, by the clock
-- alone: no process has to be there at that moment. What was proven before `secured_at` counts no longer.
ALTER TABLE account
  DROP COLUMN totp_secret,
  DROP COLUMN totp_algorithm,
  DROP COLUMN totp_counter,
  ADD COLUMN next_password_hash text,
  ADD COLUMN next_password_from timestamptz,
  ADD COLUMN lock_digest bytea,
  ADD COLUMN locked_at timestamptz,
  ADD COLUMN secured_at timestamptz,
  ADD CHECK ((next_password_hash IS NULL) = (next_password_from IS NULL));

-- One-time codes of a set, which is a factor of the kind `recovery-codes`. They are random, so a keyed digest keeps them.
CREATE TABLE recovery_code (
  digest bytea PRIMARY KEY,
  factor_id uuid NOT NULL REFERENCES account_factor ON DELETE CASCADE,
  used_at timestamptz
);
CREATE INDEX recovery_code_factor ON recovery_code (factor_id);

-- Attempts of several kinds share a table; a version lets one of two requests at the same time go on.
ALTER TABLE sign_in_attempt
  ADD COLUMN kind text NOT NULL DEFAULT 'sign-in',
  ADD COLUMN version integer NOT NULL DEFAULT 0;

-- Changes of factors that were announced and hold from `effective_at` on, unless one of the owner's logins blocks them.
CREATE TABLE account_change (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('factor-added', 'factor-removed', 'recovery-password', 'recovery-factor')),
  factor_id uuid,
  requested_at timestamptz NOT NULL,
  effective_at timestamptz NOT NULL,
  blocked_at timestamptz,
  done_at timestamptz
);
CREATE INDEX account_change_account ON account_change (account_id);
CREATE INDEX account_change_due ON account_change (effective_at) WHERE blocked_at IS NULL AND done_at IS NULL;

CREATE TABLE account_notice (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  kind text NOT NULL,
  at timestamptz NOT NULL,
  by_login uuid,
  label text,
  change_id uuid REFERENCES account_change ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);
CREATE INDEX account_notice_account ON account_notice (account_id, at);
CREATE INDEX account_notice_expiry ON account_notice (expires_at);

-- Requests of the support desk. There is a row for accounts that do not exist as well, so that asking tells nothing.
CREATE TABLE support_request (
  id uuid PRIMARY KEY,
  account_id uuid REFERENCES account ON DELETE CASCADE,
  handle_digest bytea NOT NULL,
  goal text NOT NULL CHECK (goal IN ('unlock', 'recovery')),
  ticket text NOT NULL,
  requested_by uuid NOT NULL,
  requested_profile text NOT NULL,
  requested_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  decided_by uuid,
  decided_at timestamptz,
  approved boolean,
  code_digest bytea UNIQUE,
  code_used_at timestamptz,
  CHECK (approved IS NOT TRUE OR decided_by <> requested_by)
);
CREATE INDEX support_request_expiry ON support_request (expires_at);

-- Consent to sign in with one factor: which text was shown, when it was given and withdrawn. Rows are never changed but for
-- the withdrawal.
CREATE TABLE lower_assurance_consent (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  text_version text NOT NULL,
  given_at timestamptz NOT NULL,
  withdrawn_at timestamptz
);
CREATE UNIQUE INDEX lower_assurance_consent_active ON lower_assurance_consent (account_id) WHERE withdrawn_at IS NULL;
