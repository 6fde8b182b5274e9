import { type AdminConnection, connected } from './cluster-access.ts';

/** Bytes on disk of the clinical database, indexes and out-of-line storage included. */
export interface DiskUse {
  readonly resources: number;
  readonly bytesPerResource: number;
  /** Bytes of the text of a resource, as it is sent. */
  readonly textPerResource: number;
  readonly auditRows: number;
  readonly bytesPerAuditRow: number;
  /** Bytes per resource of each table without its indexes, and of each index. */
  readonly relations: Readonly<Record<string, number>>;
}

const TABLES = [
  'resource',
  'resource_version',
  'resource_range',
  'resource_string',
  'former_compartment',
];

/** Measures the tables after a vacuum, so that what waits to be cleaned up does not count. */
export function diskUse(clinical: AdminConnection): Promise<DiskUse> {
  return connected(clinical, async (client) => {
    await client.query('vacuum analyze');
    const { rows } = await client.query<Record<string, string>>(`select
      (select count(*) from resource) as resources,
      (select sum(octet_length(content)) from resource_version) as text,
      (select count(*) from audit_event) as audit,
      pg_total_relation_size('audit_event') as audit_bytes`);
    const parts = await client.query<{ name: string; bytes: string }>(
      `select relname as name, pg_table_size(oid) as bytes from pg_class where oid = any($1::regclass[])
        union all select i.indexrelid::regclass::text, pg_relation_size(i.indexrelid)
        from pg_index i where i.indrelid = any($1::regclass[]) order by 1`,
      [`{${TABLES.join(',')}}`],
    );
    const of = (name: string): number => Number(rows[0]?.[name] ?? 0);
    const resources = of('resources');
    const relations = parts.rows.map(
      ({ name, bytes }) => [name, Number(bytes) / resources] as const,
    );
    return {
      resources,
      relations: Object.fromEntries(relations),
      bytesPerResource: relations.reduce((sum, [, bytes]) => sum + bytes, 0),
      textPerResource: of('text') / resources,
      auditRows: of('audit'),
      bytesPerAuditRow: of('audit_bytes') / of('audit'),
    };
  });
}
