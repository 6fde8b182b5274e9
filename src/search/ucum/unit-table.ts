import { createRequire } from 'node:module';

/** What the table says of one unit atom. */
export interface UnitAtom {
  /** The unit it is defined by; undefined for a base unit. */
  readonly definition: string | undefined;
  /** How many of that unit it is, as a decimal. */
  readonly factor: string;
  /** True if it may bear a prefix. */
  readonly metric: boolean;
  /** True if it is not proportional to the unit it is defined by: Cel, [pH]. */
  readonly special: boolean;
  /** True if it compares with nothing but itself: [IU]. */
  readonly arbitrary: boolean;
}

/** The prefixes and unit atoms of UCUM. */
export interface UnitTable {
  readonly atoms: ReadonlyMap<string, UnitAtom>;
  /** Prefix to its value as numerator and denominator. */
  readonly prefixes: ReadonlyMap<string, readonly [numerator: bigint, denominator: bigint]>;
}

/** `ucumDefs.min.json`, as it lies on disk and as the library leaves it behind once it was used in this process. */
interface Source {
  readonly prefixes: Packed | readonly Row[];
  readonly units: Packed | readonly Row[];
}
/** Names of the columns, and rows. */
interface Packed {
  readonly config: readonly (string | readonly string[])[];
  readonly data: readonly (readonly unknown[])[];
}
type Row = Readonly<Record<string, unknown>>;

const FILE = '@lhncbc/ucum-lhc/data/ucumDefs.min.json';

let table: UnitTable | undefined;

/**
 * The tables of UCUM as `@lhncbc/ucum-lhc` brings them, without its own arithmetic, which is of doubles. They are read
 * when the first unit is met and kept: some 300 atoms.
 * @see https://ucum.org/ucum
 */
export function unitTable(): UnitTable {
  table ??= load();
  return table;
}

function load(): UnitTable {
  const require = createRequire(import.meta.url);
  const path = require.resolve(FILE);
  const shared = path in require.cache;
  const read = readTable(require(path) as Source);
  // Synonyms and guidance are ten times the size of what is kept. Whoever else has loaded the file goes on using it.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  if (!shared) delete require.cache[path];
  return read;
}

function readTable({ prefixes, units }: Source): UnitTable {
  const atoms = new Map<string, UnitAtom>();
  for (const row of rowsOf(units)) {
    // The rest are combinations, listed for people to choose from.
    if (row['source_'] !== 'UCUM') continue;
    const { isBase_: base, csUnitString_: definition, baseFactorStr_, baseFactor_ } = row;
    const factor = factorOf(baseFactorStr_, baseFactor_);
    atoms.set(String(row['csCode_']), {
      definition: base === true ? undefined : String(definition),
      factor,
      metric: base === true || row['isMetric_'] === true,
      special: row['isSpecial_'] === true,
      arbitrary: row['isArbitrary_'] === true,
    });
  }
  const values = new Map<string, readonly [bigint, bigint]>();
  for (const { code_: code, exp_: exponent, value_: value } of rowsOf(prefixes)) {
    const power = 10n ** BigInt(Math.abs(Number(exponent ?? 0)));
    if (exponent === null) values.set(String(code), [BigInt(Number(value)), 1n]);
    else values.set(String(code), Number(exponent) < 0 ? [1n, power] : [power, 1n]);
  }
  return { atoms, prefixes: values };
}

/** The text has all digits, but for a few units the file computes the number from more than the text. */
function factorOf(text: unknown, value: unknown): string {
  const number = Number(value ?? 1);
  const same = typeof text === 'string' && Math.abs(Number(text) - number) <= 1e-9 * number;
  return same ? text : String(number);
}

function rowsOf(source: Packed | readonly Row[]): readonly Row[] {
  if (!('config' in source)) return source;
  const { config, data } = source;
  return data.map((row) =>
    Object.fromEntries(
      config.flatMap((name, column) => (typeof name === 'string' ? [[name, row[column]]] : [])),
    ),
  );
}
