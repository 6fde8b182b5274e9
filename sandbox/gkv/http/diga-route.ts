import {
  type DigaParts,
  readDigaMultipart,
  TransportError,
  writeDigaMultipart,
} from '../../../lib/gkv-transport/index.ts';
import type { Exchange } from '../exchange-log.ts';
import type { Fault } from '../faults.ts';
import { type Abrechnungsstelle, abrechnungsstellen } from '../sandbox-insurers.ts';
import type { SandboxState } from '../sandbox-state.ts';
import { handleMessage } from './handle-message.ts';
import type { MessageOutcome } from './message-outcome.ts';
import { plain, type SandboxResponse } from './response.ts';
import { sealAnswer } from './seal-answer.ts';

const PROCEDURE = /^[ET]D(?:FC|RE)0$/;
const IK = /^\d{9}$/;

/** A POST to the insurer's interface. */
export interface DigaRequest {
  /** URL path, such as `/ersatzkasse/diga`. */
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/**
 * Answers like an insurer's clearing point, or as the fault in force has it.
 * @returns undefined for a request that shall hang
 */
export async function digaRoute(
  request: DigaRequest,
  state: SandboxState,
): Promise<SandboxResponse | undefined> {
  const fault = state.faults.next();
  const note = (result: string, more: Partial<Exchange> = {}): void =>
    state.exchanges.add({
      at: new Date(state.clock.now()).toISOString(),
      path: request.path,
      result,
      details: fault.kind === 'none' ? [] : [`fault ${fault.kind}`],
      ...more,
    });
  if (fault.kind === 'slow') await new Promise((done) => setTimeout(done, fault.delayMs));
  if (!fault.processed && isSilent(fault)) {
    note(`fault ${fault.kind}`);
    return silence(fault);
  }
  const accepted = await accept(request);
  if (typeof accepted === 'string') {
    note('HTTP 400', { details: [accepted] });
    return plain(400, accepted);
  }
  const { parts, stelle } = accepted;
  const pki = await state.pki;
  if (parts.iksender !== pki.hersteller.certificate.ik) {
    note('HTTP 400', { ...heads(parts), details: ['unknown iksender'] });
    return plain(400, 'There is no certificate for this iksender');
  }
  const outcome = await handleMessage(parts, stelle, state, fault);
  note(outcome.result, { ...heads(parts), ...outcome.noted });
  state.log('exchange', { verfahren: parts.verfahren, result: outcome.result });
  if (isSilent(fault)) return silence(fault);
  return seal(outcome, parts, stelle, state, fault);
}

/** Parts and clearing point, or the reason for HTTP 400. */
async function accept(
  request: DigaRequest,
): Promise<{ readonly parts: DigaParts; readonly stelle: Abrechnungsstelle } | string> {
  try {
    const parts = await readDigaMultipart(request.contentType, request.body);
    if (!IK.test(parts.iksender) || !IK.test(parts.ikempfaenger)) return 'An IK has nine digits';
    if (!PROCEDURE.test(parts.verfahren)) return 'Unknown verfahren';
    const prefix = request.path.replace(/\/?diga$/, '').replace(/^\//, '');
    const stelle = abrechnungsstellen.find(({ ik }) => ik === parts.ikempfaenger);
    if (stelle === undefined || (prefix !== '' && prefix !== stelle.path)) {
      return 'ikempfaenger is not the clearing point of this endpoint';
    }
    return { parts, stelle };
  } catch (error) {
    if (error instanceof TransportError) return error.message;
    throw error;
  }
}

async function seal(
  outcome: MessageOutcome,
  parts: DigaParts,
  stelle: Abrechnungsstelle,
  state: SandboxState,
  fault: Fault,
): Promise<SandboxResponse> {
  if (outcome.document === undefined) return plain(503, 'Service unavailable');
  const nutzdaten = await sealAnswer(outcome.document, stelle, state, fault.kind);
  const { contentType, body } = writeDigaMultipart(
    {
      iksender: stelle.ik,
      ikempfaenger: parts.iksender,
      verfahren: parts.verfahren,
      nutzdaten,
    },
    'antwort.cms',
  );
  return { status: 200, contentType, body };
}

function heads(parts: DigaParts): Partial<Exchange> {
  return {
    verfahren: parts.verfahren,
    iksender: parts.iksender,
    ikempfaenger: parts.ikempfaenger,
  };
}

function isSilent({ kind }: Fault): boolean {
  return kind === 'hang' || kind === 'no-body' || kind === 'http-500';
}

function silence({ kind }: Fault): SandboxResponse | undefined {
  if (kind === 'hang') return undefined;
  return { status: kind === 'no-body' ? 200 : 500, contentType: 'text/plain', body: '' };
}
