-- What an app is launched about, between the launch and the grant. The id of a launch is a secret of the link, so only its
-- digest is kept; the context is sealed, because it names a patient.
CREATE TABLE smart_launch (
  key bytea PRIMARY KEY,
  client_id text NOT NULL,
  profile text NOT NULL,
  sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX smart_launch_expiry ON smart_launch (expires_at);
