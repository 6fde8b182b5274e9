import type { ReleaseLog } from '../plugin/sdk.ts';
import type { SqlClient } from '../storage/database.ts';

/** Bytes of a token. */
const TOKEN = 8;

/**
 * The log of what was given out, within one transaction that no other release runs beside.
 * @param caller FHIR reference of who asks
 * @param now milliseconds since 1970
 */
export function releaseLog(tx: SqlClient, caller: string, now: number): ReleaseLog {
  return {
    async forget(before) {
      await tx.query({
        text: 'delete from aggregate_release where released < $1',
        values: [before.toISOString()],
      });
    },
    async earlier(subject) {
      const rows = await tx.query<{ definition: string; report: unknown; released: Date }>({
        text: `select definition, report, released from aggregate_release
          where caller = $1 and subject = $2 order by id desc`,
        values: [caller, subject],
      });
      return rows;
    },
    async strata() {
      const rows = await tx.query<{ strata: Readonly<Record<string, readonly string[]>> }>({
        text: 'select distinct on (strata::text) strata from aggregate_release',
      });
      return rows.map(({ strata }) => strata);
    },
    async near(size, distance, everyone) {
      const rows = await tx.query<{ members: Buffer }>({
        text: `select c.members from aggregate_cell c join aggregate_release r on r.id = c.release
          where c.size > $1 and c.size < $2 and ($3 or r.caller = $4)`,
        values: [size - distance, size + distance, everyone, caller],
      });
      return rows.map(({ members }) => tokensOf(members));
    },
    async add({ subject, definition, strata, report, cells }) {
      const [row] = await tx.query<{ id: string }>({
        text: `insert into aggregate_release (caller, subject, definition, released, strata, report)
          values ($1, $2, $3, $4, $5, $6) returning id`,
        values: [
          caller,
          subject,
          definition,
          new Date(now).toISOString(),
          JSON.stringify(strata),
          JSON.stringify(report),
        ],
      });
      for (const [number, cell] of cells.entries()) {
        await tx.query({
          name: 'aggregate-cell',
          text: 'insert into aggregate_cell (release, number, size, members) values ($1, $2, $3, $4)',
          values: [row?.id, number, cell.size, bytesOf(cell)],
        });
      }
    },
  };
}

function bytesOf(cell: ReadonlySet<string>): Buffer {
  return Buffer.from([...cell].sort().join(''), 'hex');
}

function tokensOf(members: Buffer): ReadonlySet<string> {
  const hex = members.toString('hex');
  return new Set(
    Array.from({ length: members.length / TOKEN }, (_, index) =>
      hex.slice(2 * TOKEN * index, 2 * TOKEN * (index + 1)),
    ),
  );
}
