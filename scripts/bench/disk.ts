import { type AdminConnection, connected } from './cluster-access.ts';

/** Bytes on disk of the clinical database, indexes and out-of-line storage included. */
export interface DiskUse {
  readonly resources: number;
  readonly bytesPerResource: number;
  /** Bytes of the text of a resource, as it is sent. */
  readonly textPerResource: number;
  readonly auditRows: number;
  readonly bytesPerAuditRow: number;
}

/** Measures the tables after a vacuum, so that what waits to be cleaned up does not count. */
export function diskUse(clinical: AdminConnection): Promise<DiskUse> {
  return connected(clinical, async (client) => {
    await client.query('vacuum analyze');
    const { rows } = await client.query<Record<string, string>>(`select
      (select count(*) from resource) as resources,
      (select sum(octet_length(content)) from resource) as text,
      (select sum(pg_total_relation_size(name)) from unnest(array['resource', 'resource_range', 'resource_string',
        'resource_history']::regclass[]) as name) as bytes,
      (select count(*) from audit_event) as audit,
      pg_total_relation_size('audit_event') as audit_bytes`);
    const of = (name: string): number => Number(rows[0]?.[name] ?? 0);
    return {
      resources: of('resources'),
      bytesPerResource: of('bytes') / of('resources'),
      textPerResource: of('text') / of('resources'),
      auditRows: of('audit'),
      bytesPerAuditRow: of('audit_bytes') / of('audit'),
    };
  });
}
