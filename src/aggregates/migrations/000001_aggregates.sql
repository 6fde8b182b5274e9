-- What was given out in aggregates, so that no two of them can be compared down to a few people.

-- How often a caller has asked on a day.
create table aggregate_query (
  caller text collate "C" not null,
  day date not null,
  queries integer not null,
  primary key (caller, day)
);

-- definition is the digest of what was evaluated; strata says which values divided people by which parameter.
create table aggregate_release (
  id bigint generated always as identity primary key,
  caller text collate "C" not null,
  subject text collate "C" not null,
  definition text collate "C" not null,
  released timestamptz not null,
  strata json not null,
  report json not null
);
create index aggregate_release_subject on aggregate_release (caller, subject, id);
create index aggregate_release_age on aggregate_release (released);

-- The people behind a published number: keyed hashes of 64 bits, sorted, one after the other. No id can be read from them.
create table aggregate_cell (
  release bigint not null references aggregate_release on delete cascade,
  number integer not null,
  size integer not null,
  members bytea not null,
  primary key (release, number)
);
create index aggregate_cell_size on aggregate_cell (size);
