/** What an export was asked for, as it is kept with the job. */
export interface ExportPlan {
  readonly level: 'system' | 'patient' | 'group';
  /** Resource types in the order in which they are written. */
  readonly types: readonly string[];
  /** Ids of the patients whose compartments are exported; absent: all that the policy shows. */
  readonly patients?: readonly string[];
  /** FHIR instant: only what changed after it, and what was deleted after it. */
  readonly since?: string;
  /** FHIR instant: only what changed before it. */
  readonly until?: string;
  /** What the policy showed when the export was started (`reach.ts`): the files are for nobody who sees anything else. */
  readonly reach: string;
  /** Query strings of `_typeFilter` by type; those of one type are alternatives. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** Names of elements by type; those under `*` hold for every type. */
  readonly elements?: Readonly<Record<string, readonly string[]>>;
  /** True where the Provenance of the exported types is added although `_type` does not name it. */
  readonly provenance?: boolean;
  /** Whose resources stand together in the files, each begun by a header; absent: every file holds one type. */
  readonly organizedBy?: 'Patient';
  /** What was left out because the client asked for leniency; becomes an error file. */
  readonly ignored: readonly string[];
}

/** How far an export has come. */
export interface ExportPosition {
  /** Index of the step that is under way. */
  readonly step: number;
  /** Number of the last resource of the step that stands in a file. */
  readonly after: string;
  /** Files written so far. */
  readonly files: number;
}

/** Where every export begins. */
export const EXPORT_START: ExportPosition = { step: 0, after: '0', files: 0 };

/** One part of an export: the files of one type in one list of the manifest. */
export interface ExportStep {
  readonly list: 'output' | 'deleted' | 'error';
  /** Type of the resources that are read; for the error list, of those that are written. */
  readonly type: string;
  /**
   * Where the files are organized by patients: `patients` are the blocks of all types, `nobody` the resources of one type
   * that belong to no patient. Absent: all resources of the type.
   */
  readonly of?: 'patients' | 'nobody';
}

/** The types that are written, Patient first, so that a block begins with whom it is about. */
export function writtenTypes({ types, provenance, organizedBy }: ExportPlan): readonly string[] {
  const all = provenance === true ? [...types, 'Provenance'] : types;
  if (organizedBy === undefined) return all;
  return [...all].sort((a, b) => Number(b === organizedBy) - Number(a === organizedBy));
}

/** The parts of an export in their order; the same for every attempt, so that a position means the same. */
export function exportSteps(plan: ExportPlan): readonly ExportStep[] {
  const types = writtenTypes(plan);
  const organizedBy = plan.organizedBy;
  const output: readonly ExportStep[] =
    organizedBy === undefined
      ? types.map((type) => ({ list: 'output', type }))
      : [
          { list: 'output', type: organizedBy, of: 'patients' },
          ...types
            .filter((type) => type !== organizedBy)
            .map((type): ExportStep => ({ list: 'output', type, of: 'nobody' })),
        ];
  return [
    ...output,
    ...(plan.since === undefined
      ? []
      : types.map((type): ExportStep => ({ list: 'deleted', type }))),
    ...(plan.ignored.length === 0
      ? []
      : [{ list: 'error', type: 'OperationOutcome' } satisfies ExportStep]),
  ];
}
