import type { SqlClient } from './database.ts';

/** The numbers of resource types in the tables. */
export interface ResourceTypes {
  /** @throws TypeError for a type that the definitions do not have. */
  code(name: string): number;
  name(code: number): string;
}

/** Reads the numbers, after giving one to each type that has none yet. */
export async function loadResourceTypes(
  client: SqlClient,
  names: readonly string[],
): Promise<ResourceTypes> {
  const read = (): Promise<readonly { code: number; name: string }[]> =>
    client.query({ text: 'select code, name from resource_type' });
  let rows = await read();
  const known = new Set(rows.map(({ name }) => name));
  const missing = names.filter((name) => !known.has(name));
  if (missing.length > 0) {
    await client.query({
      text: 'insert into resource_type (name) select * from unnest($1::text[]) on conflict (name) do nothing',
      values: [missing],
    });
    rows = await read();
  }
  const codes = new Map(rows.map(({ code, name }) => [name, code]));
  const byCode = new Map(rows.map(({ code, name }) => [code, name]));
  return {
    code(name) {
      const code = codes.get(name);
      if (code === undefined) throw new TypeError(`No resource type ${name}`);
      return code;
    },
    name(code) {
      const name = byCode.get(code);
      if (name === undefined) throw new TypeError(`No resource type number ${String(code)}`);
      return name;
    },
  };
}
