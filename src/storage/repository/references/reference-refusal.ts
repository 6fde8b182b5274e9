import type { FhirError } from '../../../outcome/fhir-error.ts';
import { Refusal } from '../writing/refusal.ts';
import type { Unit } from '../writing/unit.ts';

/** A reference that may not be written, and which write of the unit holds it. */
export class ReferenceRefusal extends Refusal {
  /** Index of the write among the events of the unit. */
  readonly event: number;
  constructor(unit: Unit, event: number, error: FhirError) {
    const { interaction, type } = unit.events[event] as Unit['events'][number];
    super({ interaction, type }, error);
    this.event = event;
  }
}
