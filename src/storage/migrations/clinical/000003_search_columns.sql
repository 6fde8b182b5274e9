-- labels: what the tokens of a resource say in words, and its URLs, a line for each (src/storage/label-text.ts). parts: the elements
-- of composite search parameters (src/storage/composite-parts.ts). Neither has an index of its own: labels are searched by
-- any part of a text, and composites stand beside tokens that lead to the rows.
alter table resource add column labels text collate "C";
alter table resource add column parts jsonb;

-- Full text: words of the narrative (_text) and of the whole resource (_content), by German rules; null where there are
-- none. They stand in the row, because a table of their own would cost every create a second row and a second b-tree, and
-- because whoever removes the row then removes its words. A pending list of 256 kB spares creates most of the inverted index.
alter table resource add column narrative tsvector;
alter table resource add column content tsvector;
create index resource_narrative on resource using gin (narrative) with (gin_pending_list_limit = 256)
  where narrative is not null;
create index resource_content on resource using gin (content) with (gin_pending_list_limit = 256)
  where content is not null;

-- Search parameters that are stored on this server, per resource type. definition names the version of the SearchParameter;
-- a parameter is searched by once ready is true: all resources stored before it have been indexed.
create table custom_parameter (
  type text collate "C" not null,
  code text collate "C" not null,
  definition text collate "C" not null,
  job uuid not null,
  ready boolean not null default false,
  primary key (type, code)
);

-- Runs of the index: types that are left, the first one being worked on; cursor is the last row number that is done.
create table reindex_job (
  id uuid primary key,
  requested_by text not null,
  created_at timestamptz not null default now(),
  resource text,
  types text[] not null,
  cursor bigint not null default 0,
  done bigint not null default 0,
  failed bigint not null default 0,
  finished_at timestamptz
);
