-- The clinical store: one narrow row per resource, one row per version with its content, and the search index.

-- Small values the server makes once and keeps: the key of the index hash, the keys of page links.
create table server_setting (
  name text primary key,
  value bytea not null
);

-- Resource types by number; rows are added at start from the FHIR definitions.
create table resource_type (
  code smallint generated always as identity primary key,
  name text not null unique
);

-- What access-policies/ and the plugins brought, so that a later start can tell an untouched resource from an edited one.
create table seeded_resource (
  reference text primary key,
  checksum text not null,
  version integer not null
);

create sequence resource_rid as bigint increment by 256;

-- rid numbers resources in the order of their creation; it is given by the node from blocks of the sequence. The row holds
-- what a search compares and nothing else: what is sent stands in resource_version.
-- self is the hash under which others refer to the resource (src/storage/index-keys.ts); it never changes.
-- patient, code, date_low and date_high are what nearly every search goes by (src/storage/chief-parameters.ts): hashes,
-- 0 where there are several, null where there is none; without a date, date_low is -infinity and date_high null.
-- side is the digest of the resource's rows in the side tables (src/storage/side-digest.ts): a new version with the same
-- digest leaves them as they are.
-- No index holds version or last_updated, so that an update which changes no search value touches no index (HOT); the free
-- part of each page is for such updates.
create table resource (
  rid bigint not null,
  self bigint not null,
  last_updated timestamptz not null,
  patient bigint,
  code bigint,
  date_low float8 not null,
  date_high float8,
  side bigint not null,
  version integer not null,
  type smallint not null,
  deleted boolean not null default false,
  id text collate "C" not null,
  params integer[] not null,
  tokens bigint[] not null,
  primary key (type, id)
) with (fillfactor = 90);

alter table resource alter column tokens set storage main;
alter table resource alter column tokens set statistics 1000;

create index resource_by_self on resource (self);
create unique index resource_by_creation on resource (type, rid);
create index resource_by_patient_code on resource (patient, code, date_low, rid) where patient is not null;
create index resource_by_patient on resource (patient, type, date_low, rid) where patient is not null;
create index resource_by_code on resource (code, date_low, rid) where code is not null;
create index resource_tokens on resource using gin (tokens) with (fastupdate = off);

-- Every version of every resource, the current one too; rows are added and never changed.
-- content is the resource as it is sent; empty for a deletion. patients: ids of the compartments, with commas between.
create table resource_version (
  rid bigint not null,
  last_updated timestamptz not null,
  version integer not null,
  type smallint not null,
  deleted boolean not null default false,
  patients text collate "C" not null,
  content text not null,
  primary key (rid, version)
);
create index resource_version_by_change on resource_version (type, last_updated, rid);

-- Resources that were in the compartment of a patient (by hash) and are not any more, or were deleted: their earlier
-- versions are still that patient's.
create table former_compartment (
  patient bigint not null,
  rid bigint not null,
  type smallint not null,
  primary key (patient, rid)
);

-- Dates (milliseconds since 1970), numbers and quantities as the interval they cover; unit is the hash of the unit.
create table resource_range (
  rid bigint not null,
  param integer not null,
  low float8 not null,
  high float8 not null,
  unit bigint
);
create index resource_range_by_resource on resource_range (rid);
create index resource_range_by_value on resource_range (param, low, high, rid);

-- Strings: value is what compares equal without case and accents, exact is as written where that differs.
create table resource_string (
  rid bigint not null,
  param integer not null,
  value text collate "C" not null,
  exact text collate "C"
);
create index resource_string_by_resource on resource_string (rid);
create index resource_string_by_value on resource_string (param, value, rid);

-- Ends a statement that did not find all rows it meant to change; see src/storage/write-statement.ts.
create function expect_rows(actual bigint, expected bigint) returns boolean language plpgsql as $$
begin
  if actual <> expected then
    raise exception 'version conflict' using errcode = 'DG412';
  end if;
  return true;
end $$;

-- lz4 is quicker than the default, but a server may be built without it.
do $$
begin
  alter table resource_version alter column content set compression lz4;
exception when feature_not_supported then
  null;
end $$;
