-- Secrets of clients that another plugin knows. A secret is sealed with AES-256-GCM and not hashed, because the provider
-- compares it itself.
CREATE TABLE client_secret (
  client_id text PRIMARY KEY,
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL
);
