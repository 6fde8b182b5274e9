import { createHash } from 'node:crypto';
import type { DigaParts } from '../../../lib/gkv-transport/index.ts';
import { decryptAndVerify, SeconError } from '../../../lib/secon/index.ts';
import { judgeInvoice } from '../billing/judge-invoice.ts';
import { report } from '../billing/report-document.ts';
import type { MessageOutcome } from './message-outcome.ts';
import type { Fault } from '../faults.ts';
import type { Abrechnungsstelle } from '../sandbox-insurers.ts';
import type { SandboxState } from '../sandbox-state.ts';
import { answerAnfrage } from '../verification/answer-anfrage.ts';
import { fehlerinformation } from '../verification/answer-document.ts';
import { identityOf } from './seal-answer.ts';

/** Opens a message and lets verification or billing answer it. */
export async function handleMessage(
  parts: DigaParts,
  stelle: Abrechnungsstelle,
  state: SandboxState,
  fault: Fault,
): Promise<MessageOutcome> {
  const isVerification = parts.verfahren.slice(1, 4) === 'DFC';
  const header = {
    verfahrenskennung: parts.verfahren,
    absender: stelle.ik,
    empfaenger: parts.iksender,
  };
  if (fault.kind === 'fail') {
    return isVerification
      ? {
          document: fehlerinformation(header, { nummer: 201 }),
          result: 'FEH 201',
          noted: { details: ['fault fail'] },
        }
      : { result: 'HTTP 503', noted: { details: ['fault fail'] } };
  }
  const content = await open(parts, stelle, state);
  if (content instanceof SeconError) {
    const noted = { details: [content.code] };
    return isVerification
      ? { document: fehlerinformation(header, { nummer: 200 }), result: 'FEH 200', noted }
      : { document: unreadable(parts, content, state), result: 'REJECT', noted };
  }
  if (isVerification) return answerAnfrage(content, header, parts, stelle, state);
  const judgement = await judgeInvoice(content, {
    ...state,
    abrechnungsstelle: stelle,
    sender: parts.iksender,
    now: state.clock.now(),
  });
  return {
    document: judgement.report,
    result: judgement.accepted ? 'ACCEPT' : 'REJECT',
    noted: {
      details: judgement.findings,
      ...(judgement.invoiceNumber === undefined ? {} : { invoiceNumber: judgement.invoiceNumber }),
      ...(judgement.freischaltcode === undefined
        ? {}
        : { freischaltcode: judgement.freischaltcode }),
    },
  };
}

async function open(
  parts: DigaParts,
  stelle: Abrechnungsstelle,
  state: SandboxState,
): Promise<Uint8Array | SeconError> {
  const pki = await state.pki;
  try {
    const { content } = await decryptAndVerify(parts.nutzdaten, {
      identities: [identityOf(pki, stelle)],
      trustAnchors: [pki.root],
      expectedSigner: { ik: parts.iksender },
      now: state.clock.now(),
    });
    return content;
  } catch (error) {
    if (error instanceof SeconError) return error;
    throw error;
  }
}

/** An invoice that cannot be opened: a report without scenario over the bytes that came. */
function unreadable(parts: DigaParts, error: SeconError, state: SandboxState): Uint8Array {
  return report({
    now: state.clock.now(),
    hash: createHash('sha256').update(parts.nutzdaten).digest('base64'),
    steps: [
      {
        id: 'val-xml',
        resource: { name: 'SECON', location: 'secon' },
        findings: [{ code: error.code, level: 'error', text: error.message, line: 1 }],
      },
    ],
  });
}
