import type { SqlClient } from '../../storage/database.ts';
import type { BotRun } from './bot-run.ts';

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

const COLUMNS = `id, bot, trigger, requester, status,
  to_char(requested at time zone 'UTC', ${INSTANT}) as requested,
  to_char(finished at time zone 'UTC', ${INSTANT}) as finished, reason, log, claims, request, call, output`;

/** Adds a run that has ended, or one that answers later. */
export async function addRun(
  client: SqlClient,
  run: Pick<BotRun, 'id' | 'bot' | 'trigger' | 'status' | 'requested'> & Partial<BotRun>,
): Promise<void> {
  await client.query({
    name: 'bot-run-add',
    text: `insert into bot_run (id, bot, trigger, requester, status, requested, finished, reason, log, claims, request, call)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    values: [
      run.id,
      run.bot,
      run.trigger,
      run.requester ?? null,
      run.status,
      run.requested,
      run.finished ?? null,
      run.reason ?? null,
      run.log ?? null,
      run.claims === undefined ? null : JSON.stringify(run.claims),
      run.request ?? null,
      run.call === undefined ? null : JSON.stringify(run.call),
    ],
  });
}

/** Reads a run. */
export async function readRun(client: SqlClient, id: string): Promise<BotRun | undefined> {
  const [run] = await client.query<BotRun>({
    name: 'bot-run',
    text: `select ${COLUMNS} from bot_run where id = $1`,
    values: [id],
  });
  return run;
}

/** Ends a run that answers later, unless it has ended. What it was called with is forgotten. */
export async function endRun(
  client: SqlClient,
  id: string,
  end: Pick<BotRun, 'status' | 'finished'> & Partial<Pick<BotRun, 'reason' | 'log' | 'output'>>,
): Promise<boolean> {
  const rows = await client.query({
    text: `update bot_run set status = $2, finished = $3, reason = $4, log = $5, output = $6, call = null
      where id = $1 and status = 'active' returning 1`,
    values: [id, end.status, end.finished, end.reason ?? null, end.log ?? null, end.output ?? null],
  });
  return rows.length > 0;
}

/**
 * The newest runs of a bot.
 * @param before id of a run: only those before it
 */
export async function runsOf(
  client: SqlClient,
  bot: string,
  count: number,
  before: string | undefined,
): Promise<readonly BotRun[]> {
  return client.query<BotRun>({
    text: `select ${COLUMNS} from bot_run where bot = $1 and ($3::text is null
        or (requested, id) < (select b.requested, b.id from bot_run b where b.id = $3 and b.bot = $1))
      order by requested desc, id desc limit $2`,
    values: [bot, count, before ?? null],
  });
}

/** Runs that have not ended and answer later, of one requester. */
export async function activeRuns(client: SqlClient, requester: string): Promise<number> {
  const [row] = await client.query<{ n: number }>({
    text: `select count(*)::int as n from bot_run where requester = $1 and trigger = 'async' and status = 'active'`,
    values: [requester],
  });
  return row?.n ?? 0;
}

/** Removes runs that ended before the instant. */
export async function removeRuns(client: SqlClient, before: string): Promise<void> {
  await client.query({ text: 'delete from bot_run where finished < $1', values: [before] });
}
