import type { Parameters } from '@medplum/fhirtypes';
import { supportError } from '../errors.ts';

/** What a break-glass is asked for with. */
export interface BreakGlassRequest {
  readonly ticket: string;
  readonly reason: string;
  readonly minutes: number;
}

const TICKET = /^[A-Za-z0-9][A-Za-z0-9._/#-]{0,63}$/;
const MAX_REASON = 500;
const NAMES: ReadonlySet<string> = new Set(['ticket', 'reason', 'minutes']);

/** Reads the parameters of `$break-glass`. @throws FhirError `SUPPORT_PARAMETER_INVALID` */
export function readBreakGlass(
  { parameter = [] }: Parameters,
  maxMinutes: number,
): BreakGlassRequest {
  const unknown = parameter.find(({ name }) => !NAMES.has(name));
  if (unknown !== undefined) return refuse('…', 'ticket, reason and minutes are known');
  const { valueString: ticket } = only(parameter, 'ticket') ?? {};
  const { valueString: reason } = only(parameter, 'reason') ?? {};
  const given = only(parameter, 'minutes');
  const minutes = given === undefined ? maxMinutes : (given.valueInteger ?? given.valuePositiveInt);
  if (ticket === undefined || !TICKET.test(ticket)) {
    return refuse('ticket', 'the number of a ticket is expected, as valueString');
  }
  if (reason === undefined || reason.trim() === '' || reason.length > MAX_REASON) {
    return refuse('reason', `a reason of at most ${MAX_REASON} characters is expected`);
  }
  if (minutes === undefined || minutes < 1 || minutes > maxMinutes) {
    return refuse('minutes', `1 to ${maxMinutes} is expected, as valueInteger`);
  }
  return { ticket, reason, minutes };
}

/** Reads the one parameter of `$approve-break-glass`: the Task. @throws FhirError `SUPPORT_PARAMETER_INVALID` */
export function readTaskId({ parameter = [] }: Parameters): string {
  const reference = only(parameter, 'task')?.valueReference?.reference;
  const id = /^Task\/([A-Za-z0-9.-]{1,64})$/.exec(reference ?? '')?.[1];
  return id ?? refuse('task', 'the reference of the Task is expected, as valueReference');
}

function only(
  parameters: NonNullable<Parameters['parameter']>,
  wanted: string,
): NonNullable<Parameters['parameter']>[number] | undefined {
  const found = parameters.filter(({ name }) => name === wanted);
  return found.length > 1 ? refuse(wanted, 'it is given several times') : found[0];
}

function refuse(name: string, reason: string): never {
  throw supportError('SUPPORT_PARAMETER_INVALID', { name, reason });
}
