import { z } from 'zod';
import { issueCode } from '../codes/issue-code.ts';
import { faultKinds } from '../faults.ts';
import { krankenkassen } from '../sandbox-insurers.ts';
import type { SandboxState } from '../sandbox-state.ts';
import { json, type SandboxResponse } from './response.ts';

const MAX_CODES = 1000;

const codeOrder = z.strictObject({
  /** Prefix or IK of an insurer; the first one unless told. */
  insurer: z.string().max(20).optional(),
  digaVeId: z
    .string()
    .regex(/^\d{8}$/)
    .default('12345000'),
  state: z.enum(['valid', 'expired', 'cancelled']).default('valid'),
  count: z.number().int().min(1).max(MAX_CODES).default(1),
});

const faultOrder = z.strictObject({
  kind: z.enum(faultKinds),
  delayMs: z.number().int().min(0).max(600_000).default(5_000),
  count: z.number().int().min(1).max(1_000_000).default(1_000_000),
  processed: z.boolean().default(false),
});

/** Answers a request to the control interface; `undefined` when there is no such route. */
export async function controlRoute(
  method: string,
  path: string,
  body: Uint8Array,
  state: SandboxState,
): Promise<SandboxResponse | undefined> {
  switch (`${method} ${path}`) {
    case 'POST /sandbox/codes':
      return issueCodes(body, state);
    case 'POST /sandbox/faults':
      return setFault(body, state);
    case 'GET /sandbox/exchanges':
      return json(200, {
        exchanges: state.exchanges.entries(),
        countByCode: state.exchanges.countByCode(),
      });
    case 'DELETE /sandbox/exchanges':
      state.exchanges.clear();
      return json(200, { exchanges: [], countByCode: {} });
    default:
      return undefined;
  }
}

async function issueCodes(body: Uint8Array, state: SandboxState): Promise<SandboxResponse> {
  const order = codeOrder.safeParse(parseJson(body));
  if (!order.success) return json(400, { error: 'invalid', issues: order.error.issues });
  const { insurer, digaVeId, state: codeState, count } = order.data;
  const krankenkasse = krankenkassen.find(
    ({ kostentraegerkuerzel, kostentraegerkennung }) =>
      insurer === undefined || insurer === kostentraegerkuerzel || insurer === kostentraegerkennung,
  );
  if (krankenkasse === undefined) return json(400, { error: 'unknown insurer' });
  const codes: { readonly code: string; readonly digaVeId: string; readonly state: string }[] = [];
  for (let index = 0; index < count; index += 1) {
    const issued = await issueCode(state.ledger, { krankenkasse, digaVeId, state: codeState });
    codes.push({ code: issued.code, digaVeId: issued.digaVeId, state: issued.state });
  }
  return json(201, {
    ...codes[0],
    insurer: krankenkasse.kostentraegerkuerzel,
    kostentraegerkennung: krankenkasse.kostentraegerkennung,
    codes,
  });
}

function setFault(body: Uint8Array, state: SandboxState): SandboxResponse {
  const order = faultOrder.safeParse(parseJson(body));
  if (!order.success) return json(400, { error: 'invalid', issues: order.error.issues });
  state.faults.set(order.data);
  return json(200, order.data);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    // The schema refuses undefined and says so to the caller.
    return undefined;
  }
}
