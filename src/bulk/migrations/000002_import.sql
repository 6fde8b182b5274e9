-- What an import reads lies in blobs like what an export writes, and is removed with the job.
alter table bulk_file drop constraint bulk_file_list_check;
alter table bulk_file add constraint bulk_file_list_check check (list in ('output', 'deleted', 'error', 'input'));

-- Lines of an import that wait for what they refer to (content is there), and lines that failed (content is not).
-- key is Type/id where the line has an id; outcome is the OperationOutcome.
create table bulk_line (
  job text collate "C" not null references bulk_job on delete cascade,
  input integer not null,
  line bigint not null,
  key text collate "C",
  content text,
  outcome text not null,
  primary key (job, input, line)
);
create index bulk_line_waiting on bulk_line (job, key) where content is not null;
