import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { z } from 'zod';
import type { Database } from '../../../src/plugin/sdk.ts';
import { gkvError } from '../errors.ts';

const MAX_COUNT = 1000;
const query = z.object({
  _count: z.coerce.number().int().min(1).max(MAX_COUNT).default(100),
  state: z.enum(['VERIFYING', 'VERIFIED', 'REFUSED', 'MANUAL', 'ABANDONED']).optional(),
  invoiceState: z.enum(['CREATED', 'ACCEPTED', 'REJECTED', 'MANUAL']).optional(),
  after: z.uuid().optional(),
});

interface Row {
  readonly billing_id: string;
  readonly state: string;
  readonly ik_krankenkasse: string | null;
  readonly verfahren: string | null;
  readonly digaveid: string | null;
  readonly service_day: string | null;
  readonly error_number: number | null;
  readonly attempts: number;
  readonly failure: string | null;
  readonly started_at: Date;
  readonly decided_at: Date | null;
  readonly number: string | null;
  readonly invoice_state: string | null;
  readonly invoice_attempts: number | null;
  readonly invoice_failure: string | null;
  readonly invoice_decided_at: Date | null;
  readonly report: { readonly messages?: readonly { readonly code: string }[] } | null;
}

const SELECT = `
  select activation.billing_id, activation.state, ik_krankenkasse, verfahren, digaveid, service_day, error_number,
    activation.attempts, activation.last_failure as failure, started_at, activation.decided_at, number,
    invoice.state as invoice_state, invoice.attempts as invoice_attempts, invoice.last_failure as invoice_failure,
    invoice.decided_at as invoice_decided_at, report
  from gkv_activation activation left join gkv_invoice invoice using (billing_id)
  where ($1::text is null or activation.state = $1) and ($2::text is null or invoice.state = $2)
    and ($3::uuid is null or activation.billing_id > $3)
  order by activation.billing_id limit $4`;

/**
 * `$gkv-billing-status`: activations and invoices for the operator, without code, patient or document.
 * @throws FhirError `GKV_STATUS_PARAMETER`
 */
export async function billingStatus(
  billing: Database,
  { parameter = [] }: Parameters,
): Promise<Parameters> {
  const given = Object.fromEntries(parameter.map((one) => [one.name, valueOf(one)]));
  const parsed = query.safeParse(given);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].join(', ');
    throw gkvError('GKV_STATUS_PARAMETER', { names });
  }
  const { state, invoiceState, after, _count } = parsed.data;
  const rows = await billing.query<Row>({
    text: SELECT,
    values: [state ?? null, invoiceState ?? null, after ?? null, _count],
  });
  return {
    resourceType: 'Parameters',
    parameter: rows.map((row) => ({ name: 'activation', part: partsOf(row) })),
  };
}

function valueOf({
  valueString,
  valueCode,
  valueInteger,
}: ParametersParameter): string | number | undefined {
  return valueString ?? valueCode ?? valueInteger;
}

function partsOf(row: Row): ParametersParameter[] {
  const codes = row.report?.messages?.map(({ code }) => code).join(' ');
  const texts: readonly (readonly [string, string | null | undefined])[] = [
    ['billingId', row.billing_id],
    ['state', row.state],
    ['insurerIk', row.ik_krankenkasse],
    ['verfahren', row.verfahren],
    ['digaVeId', row.digaveid],
    ['serviceDay', row.service_day],
    ['failure', row.failure],
    ['invoiceNumber', row.number],
    ['invoiceState', row.invoice_state],
    ['invoiceFailure', row.invoice_failure],
    ['reportMessages', codes === '' ? undefined : codes],
  ];
  const numbers: readonly (readonly [string, number | null])[] = [
    ['errorNumber', row.error_number],
    ['attempts', row.attempts],
    ['invoiceAttempts', row.invoice_attempts],
  ];
  const times: readonly (readonly [string, Date | null])[] = [
    ['startedAt', row.started_at],
    ['decidedAt', row.decided_at],
    ['invoiceDecidedAt', row.invoice_decided_at],
  ];
  return [
    ...texts.flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [{ name, valueString: value }],
    ),
    ...numbers.flatMap(([name, value]) => (value === null ? [] : [{ name, valueInteger: value }])),
    ...times.flatMap(([name, value]) =>
      value === null ? [] : [{ name, valueInstant: value.toISOString() }],
    ),
  ];
}
