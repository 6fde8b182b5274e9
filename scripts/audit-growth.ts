// Measures the sealed ledger as it grows: node scripts/node24.mjs scripts/audit-growth.ts [rows …] [--trees leaves …]
// With rows, everything is real; with --trees, only the tables of the tree are filled, with hashes of nothing, for proofs.
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import pg from 'pg';
import { checkpointKey, newKeySet } from '../src/audit/seal/keys.ts';
import { consistencyProof, findLeaf, inclusionProof } from '../src/audit/seal/proofs.ts';
import { sealRound } from '../src/audit/seal/seal-round.ts';
import type { SealState } from '../src/audit/seal/seal-state.ts';
import { readDatabase } from '../src/audit/seal/verify/read-database.ts';
import { verifyLedger } from '../src/audit/seal/verify/verify-ledger.ts';
import { systemClock } from '../src/clock.ts';
import { migrateAsOwner } from '../src/start/databases.ts';
import { openPostgres } from '../src/storage/postgres.ts';
import { createTestDatabases } from '../test/support/test-databases.ts';

/** Rows as a DiGA has them: mostly reads and searches of patients, about their own data. */
const ROWS = `insert into audit_event (recorded, interaction, outcome, agent, roles, rule, type, resource_id, version, patient,
    query, purpose, client_id, token_id, network, request_id)
  select now(), case when n % 3 = 0 then 'search-type' else 'read' end, 0, 'Patient/' || p, 'patient', 'patient#4',
    'Observation', case when n % 3 = 0 then null else gen_random_uuid()::text end, 1, p,
    case when n % 3 = 0 then 'code=http://loinc.org|8867-4&_count=20' end, 'PATRQT', 'app-ios',
    md5(p), '198.51.100.7', gen_random_uuid()::text
  from (select n, md5((n % 20000)::text)::uuid::text as p from generate_series(1, $1::int) n) as made`;

const SOURCE = join(import.meta.dirname, '../src');
const given = process.argv.slice(2);
const split = given.indexOf('--trees');
const targets = (split < 0 ? given : given.slice(0, split)).map(Number);
const trees = split < 0 ? [] : given.slice(split + 1).map(Number);
const databases = await createTestDatabases();
const { url, ownerUrl } = databases.urls.clinical;
const out = (line: string): void => void process.stdout.write(`${line}\n`);
const database = openPostgres({
  name: 'clinical',
  url,
  connections: 4,
  onIdleError: () => undefined,
});
const sql = new pg.Client({ connectionString: databases.superuserUrl });
await sql.connect();
// Tables of the seal cannot be emptied otherwise.
await sql.query("set session_replication_role = 'replica'");
const numberOf = async (text: string): Promise<number> =>
  Number((await sql.query<{ n: string }>(text)).rows[0]?.n);
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};
/** Seconds of this process's own work: on a busy machine they say more than the clock. */
const worked = async (work: () => Promise<unknown>): Promise<number> => {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};
const proofTimes = async (size: number, seqs: readonly string[]): Promise<string> => {
  const latencies: number[] = [];
  for (const seq of seqs) {
    latencies.push(
      (await timed(async () => {
        const leaf = await findLeaf(database, seq);
        await inclusionProof(database, leaf?.index ?? 0, size);
      })) * 1000,
    );
  }
  latencies.sort((a, b) => a - b);
  const at = (share: number): string =>
    latencies[Math.floor(latencies.length * share)]?.toFixed(1) ?? '';
  const consistent = await timed(() => consistencyProof(database, Math.floor(size / 3), size));
  return `proof p10 ${at(0.1)} p50 ${at(0.5)} p99 ${at(0.99)} ms, consistency ${(consistent * 1000).toFixed(1)} ms`;
};
const insert = (rows: number) => database.query({ text: ROWS, values: [rows] });
const insertRate = async (): Promise<string> => {
  const rates: number[] = [];
  for (let turn = 0; turn < 7; turn += 1) rates.push(5000 / (await timed(() => insert(5000))));
  return rates.sort((a, b) => a - b)[3]?.toFixed(0) ?? '';
};

try {
  await migrateAsOwner(ownerUrl, url, 'clinical', join(SOURCE, 'storage/migrations/clinical'));
  await insert(5000);
  out(`insert, one table: ${await insertRate()} rows/s`);
  await migrateAsOwner(ownerUrl, url, 'audit', join(SOURCE, 'audit/migrations'));
  await insert(5000);
  out(`insert, partitions: ${await insertRate()} rows/s`);
  const key = checkpointKey(newKeySet());
  await sql.query('insert into audit_key (kid, jwk) values ($1, $2)', [key.kid, key.publicJwk]);
  let state: SealState | undefined;
  const seal = async (): Promise<void> => {
    for (let more = true; more; ) {
      const result = await sealRound(
        { database, clock: systemClock, key, origin: 'growth' },
        state,
      );
      ({ state, more } = result);
    }
  };
  await seal();
  for (const target of targets) {
    let sealed = 0;
    let spent = 0;
    let effort = 0;
    for (;;) {
      const missing = target - (await numberOf('select count(*) as n from audit_event'));
      if (missing <= 0) break;
      const rows = Math.min(missing, 50_000);
      await insert(rows);
      effort += await worked(async () => {
        spent += await timed(seal);
      });
      sealed += rows;
    }
    await sql.query('vacuum analyze');
    const size = state?.frontier.size ?? 0;
    const { rows: picked } = await sql.query<{ seq: string }>(
      'select seq from audit_event tablesample bernoulli (0.05) limit 200',
    );
    const proofs = await proofTimes(
      size,
      picked.map(({ seq }) => seq),
    );
    let verified = 0;
    const checking = await worked(async () => {
      verified = await timed(() => verifyLedger(readDatabase(sql), { trusted: 'any' }));
    });
    const bytes = async (names: string): Promise<string> =>
      (
        (await numberOf(
          `select sum(pg_total_relation_size(oid)) as n from pg_class where ${names}`,
        )) / size
      ).toFixed(0);
    const rows = await bytes(`relname ~ '^audit_event' and relkind = 'r'`);
    const seals = await bytes(`relname in ('audit_leaves', 'audit_node', 'audit_checkpoint')`);
    out(
      [
        `${size} rows`,
        `insert ${await insertRate()}/s`,
        `sealed ${(sealed / spent).toFixed(0)}/s (${((effort / sealed) * 1e6).toFixed(0)} µs of work each)`,
        proofs,
        `verified ${(size / verified).toFixed(0)}/s (${((checking / size) * 1e6).toFixed(0)} µs of work each)`,
        `${rows} + ${seals} bytes a row`,
        `memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
      ].join(', '),
    );
    await seal();
  }
  for (const leaves of trees) {
    await sql.query('truncate audit_leaves, audit_node');
    await sql.query(
      `insert into audit_leaves select f, f, f + 999, f + 999, array(select generate_series(f, f + 999)), '{}', h
        from generate_series(0, $1::bigint - 1, 1000) f,
          (select string_agg(sha256(n::text::bytea), '' order by n) as h from generate_series(1, 1000) n) made`,
      [leaves],
    );
    for (let level = 8, size = 256; size <= leaves; level += 8, size *= 256) {
      await sql.query(
        'insert into audit_node select $1, i, sha256(i::text::bytea) from generate_series(0, $2::bigint - 1) i',
        [level, Math.floor(leaves / size)],
      );
    }
    await sql.query('vacuum analyze audit_leaves, audit_node');
    const seqs = Array.from({ length: 100 }, (_, n) => String(Math.floor((leaves * n) / 100)));
    out(`tree of ${String(leaves)}: ${await proofTimes(leaves, seqs)}`);
  }
} finally {
  await sql.end();
  await database.close();
  await databases.drop();
}
