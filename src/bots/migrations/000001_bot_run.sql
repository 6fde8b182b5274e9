-- Runs of bots: what `Bot/[id]/$runs` shows, and what a run that answers later (`Prefer: respond-async`) is kept in.
-- What a bot printed stands here and not on the ledger, because it can be removed here.
create table bot_run (
  id text collate "C" primary key,
  bot text collate "C" not null,
  trigger text collate "C" not null
    check (trigger in ('execute', 'async', 'schedule', 'subscription', 'webhook', 'operation', 'job')),
  requester text,
  status text collate "C" not null check (status in ('active', 'completed', 'error', 'cancelled')),
  requested timestamptz not null,
  finished timestamptz,
  reason text,
  log text,
  -- Of a run that answers later: who may ask for it and whom it acts for, what was asked for, and what came out.
  claims json,
  request text,
  call json,
  output text
);
create index bot_run_of_bot on bot_run (bot, requested desc, id desc);
create index bot_run_finished on bot_run (finished);

-- When a deployed bot with a schedule runs next.
create table bot_schedule (
  bot text collate "C" primary key,
  cron text not null,
  next_at timestamptz not null
);
