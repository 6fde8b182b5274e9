-- Blobs that belong to versions of Binaries. The row is there before the blob and goes after it, so that no blob is ever
-- without one; src/fhir/binary/sweep.ts removes those that no version names.
create table binary_blob (
  key text collate "C" primary key,
  id text collate "C" not null,
  created timestamptz not null default now()
);
