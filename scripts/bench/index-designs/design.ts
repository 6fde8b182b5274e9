/** A statement with its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What a benchmark query asks for, independent of the design that answers it. */
export interface Question {
  /** Hashes that must all be present. */
  readonly tokens: readonly string[];
  /** The code's hash, where one of `tokens` is it. */
  readonly chiefCode?: string;
  /** Numbers of the patients whose compartments are allowed; none means all patients. */
  readonly patients?: readonly PatientKey[];
  /** Half-open interval of the chief date, milliseconds since 1970. */
  readonly dates?: readonly [low: number, high: number];
  /** Half-open interval of `_lastUpdated`, milliseconds since 1970. */
  readonly lastUpdated?: readonly [low: number, high: number];
  readonly order: 'default' | 'date';
  /** The last row of the page before, in either order. */
  readonly after?: { readonly byRid: Position; readonly byDate: Position };
  readonly countOnly?: boolean;
  /** A read of this id. */
  readonly id?: string;
  /** The hash is of an identifier or of a reference other than to the patient: few rows bear it. */
  readonly rare?: boolean;
}

/** Where a page ends. */
export interface Position {
  readonly rid: string;
  readonly date: number;
}

/** A patient as the designs know it. */
export interface PatientKey {
  /** Hash of the token "in the compartment of". */
  readonly compartment: string;
  /** Value of the column `patient`. */
  readonly column: string;
}

/** One way to store and find. */
export interface Design {
  readonly name: string;
  readonly title: string;
  /** Run after the rows are loaded. */
  readonly setup: readonly string[];
  readonly teardown: readonly string[];
  /** The table that holds the resources. */
  readonly table: 'resource' | 'resource_b' | 'resource_f';
  /** Relations of this design beyond the resource table, for the sizes. */
  readonly sideTables: readonly string[];
  /** Set-based create of any number of rows, with its audit rows; parameters as in {@link insertColumns}. */
  readonly insert: string;
  /** $1 rid, $2 content: the index values stay. */
  readonly updateSame: string;
  /** $1 rid, $2 content, $3 two removed hashes, $4 two added hashes. */
  readonly updateChanged: string;
  readonly ask: (question: Question) => Statement;
}

/** Page size plus one, which tells whether a next page exists. */
export const LIMIT = 21;
