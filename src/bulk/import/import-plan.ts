/** One input of an import. */
export interface ImportInput {
  /** How the client named it: a URL, a reference to a Binary, or the URL of the request that brought it. */
  readonly url: string;
  /** Resource type of all its lines, where the client said so. */
  readonly type?: string;
  /** True where it has to be fetched; what came with the request lies in the blob store already. */
  readonly fetched: boolean;
}

/** What an import was asked for, as it is kept with the job. */
export interface ImportPlan {
  readonly inputs: readonly ImportInput[];
}

/** What became of the lines of one input. */
export interface InputCounts {
  /** Resources that are as their line says. */
  readonly imported: number;
  readonly failed: number;
}

/** How far an import has come. What it says has been committed, and nothing beyond it. */
export interface ImportPosition {
  /** Inputs are read; then lines that wait for what they refer to are tried again; then the outcome is written. */
  readonly phase: 'read' | 'retry' | 'report';
  /** Index of the input that is read or reported. */
  readonly input: number;
  /** Bytes of the input that are done. */
  readonly offset: number;
  /** Number of the last line that is done; in the phase `retry` of the last one that was tried. */
  readonly line: number;
  /** Passes over the waiting lines so far. */
  readonly pass: number;
  /** True in the pass in which nothing may wait any longer. */
  readonly last: boolean;
  /** Waiting lines that the current pass could settle. */
  readonly settled: number;
  /** Lines that wait. */
  readonly waiting: number;
  /** Failures that are kept for the outcome. */
  readonly listed: number;
  /** Lines read, of all inputs. */
  readonly lines: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** In the order of the inputs. */
  readonly inputs: readonly InputCounts[];
}

/** Where an import begins. */
export function importStart({ inputs }: ImportPlan): ImportPosition {
  return {
    phase: 'read',
    input: 0,
    offset: 0,
    line: 0,
    pass: 0,
    last: false,
    settled: 0,
    waiting: 0,
    listed: 0,
    lines: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    inputs: inputs.map(() => ({ imported: 0, failed: 0 })),
  };
}

/** Number of the file in which an input lies. */
export function inputFile(input: number): number {
  return input + 1;
}

/** Number of the file with what went wrong in an input. */
export function outcomeFile({ inputs }: ImportPlan, input: number): number {
  return inputs.length + input + 1;
}
