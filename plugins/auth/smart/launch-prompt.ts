import { interactionPolicy } from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import { launchContext } from './launch-context.ts';
import type { Launched } from './launching.ts';

/** Name of the prompt, and of its page below the interaction. */
export const LAUNCH_PROMPT = 'launch';

/** What the page has to know. */
const details = z.object({
  /** FHIR identity that chooses. */
  profile: z.string(),
  membershipId: z.string(),
  missing: z.enum(['patient', 'encounter']),
  /** What is chosen already. */
  known: launchContext.pick({ patient: true, encounter: true }),
});

/** Reads what {@link launchPrompt} has left for its page. */
export function launchDetails(left: unknown): z.output<typeof details> {
  return details.parse(left);
}

/**
 * Asks what an app is about, where it wants to know and nothing tells. It comes when it is clear who acts, because what
 * there is to choose from depends on that, and before the consent.
 */
export function launchPrompt(
  launched: (ctx: KoaContextWithOIDC) => Promise<Launched>,
): interactionPolicy.Prompt {
  return new interactionPolicy.Prompt(
    { name: LAUNCH_PROMPT, requestable: false },
    new interactionPolicy.Check(
      'launch_undecided',
      'the patient or encounter is not chosen',
      'interaction_required',
      async (ctx) => (await launched(ctx)).missing !== undefined,
      async (ctx) => {
        const { context, identity, missing } = await launched(ctx);
        const { patient, encounter } = context;
        return { ...identity, missing, known: { patient, encounter } };
      },
    ),
  );
}
