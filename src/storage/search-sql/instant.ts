import type { SqlParameters } from './parameters.ts';

/** Compares an instant of a row with milliseconds since 1970; an open end compares with every instant alike. */
export function instantSql(
  column: string,
  op: '<' | '<=' | '>' | '>=',
  value: number,
  parameters: SqlParameters,
): string {
  if (!Number.isFinite(value)) return String(op.startsWith('<') ? value > 0 : value < 0);
  return `${column} ${op} to_timestamp(${parameters.add(value / 1000, 'float8')})`;
}
