import type { BenchRequest } from './drive.ts';
import type { Random } from './random.ts';

/** Who asks: everything is allowed, or a patient's narrow policy holds. */
export type Identity = 'full' | 'patient';

/** One kind of work, for the server and for the raw app. */
export interface Workload {
  readonly name: string;
  readonly identity: Identity;
  /** Status of a successful answer. */
  readonly status: number;
  /** Resources that one request writes; 0 for reads. */
  readonly writes: number;
  /** The FHIR request. */
  readonly server: (random: Random) => BenchRequest;
  /** What the raw app is asked for with the same random numbers; absent where one statement cannot do it. */
  readonly raw?: (random: Random) => BenchRequest;
  readonly rawStatus?: number;
  /** True if server and raw app must find the same resources. */
  readonly comparable: boolean;
  /** True if server and raw app must find equally many resources, under ids of their own. */
  readonly asMany?: boolean;
  /** True if the order of what is found is left to each side: that of included resources. */
  readonly anyOrder?: boolean;
}
