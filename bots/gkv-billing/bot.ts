import type { BotEvent, MedplumClient } from '@medplum/core';
import { buildInvoice } from './build-invoice.ts';
import { failureOf } from './failure.ts';
import { sealInvoice } from './seal-invoice.ts';
import { sendInvoice } from './send-invoice.ts';
import { type StepInput, stepInput } from './step-input.ts';

/**
 * Bills one activation code in three steps, each a run of its own, so that whoever orders them can write down what there
 * is before the next one: `build` makes the invoice, `seal` the SECON message, `send` takes it to the insurer and reads
 * the report. It keeps nothing, logs nothing and reads no FHIR resource.
 * @returns what the step made; where it failed, a code and whether a repetition may help
 */
export async function handler(_medplum: MedplumClient, event: BotEvent): Promise<object> {
  const input = stepInput.safeParse(event.input);
  if (!input.success) return { failed: 'INPUT_INVALID', retryable: false };
  try {
    return await run(input.data);
  } catch (error) {
    return failureOf(error);
  }
}

async function run(input: StepInput): Promise<object> {
  switch (input.step) {
    case 'build':
      return buildInvoice(input);
    case 'seal':
      return await sealInvoice(input);
    case 'send':
      return await sendInvoice(input);
  }
}
