import { z } from 'zod';
import type { InteractionVisit } from './interaction-visit.ts';

const keptLogin = z.strictObject({
  accountId: z.string(),
  acr: z.string(),
  amr: z.array(z.string()),
  /** When the factors were proven, in seconds since 1970. */
  ts: z.int(),
});

/** A sign-in that is proven, while a page still tells the person something. */
export type KeptLogin = z.output<typeof keptLogin>;

/** Keeps it with the interaction, which is sealed in the database and opens in this browser alone. */
export async function keepLogin(
  { interaction }: InteractionVisit,
  login: KeptLogin,
): Promise<void> {
  interaction.lastSubmission = { ...interaction.lastSubmission, kept: login };
  await interaction.persist();
}

/** The sign-in that is kept, if there is one. */
export function keptLoginOf({ interaction }: InteractionVisit): KeptLogin | undefined {
  const kept = keptLogin.safeParse(interaction.lastSubmission?.['kept']);
  return kept.success ? kept.data : undefined;
}
