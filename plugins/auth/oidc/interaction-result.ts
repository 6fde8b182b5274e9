import type { KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import { launchContext } from '../smart/launch-context.ts';

/**
 * What the pages answer an interaction with, through `interactionFinished`. Answers of one authorization request are
 * merged, so that each page gives its own part.
 */
export interface InteractionAnswers {
  /** Prompt `login`: who signed in. `ts` is the time of the sign-in in seconds. */
  readonly login?: {
    readonly accountId: string;
    readonly acr: string;
    readonly amr: readonly string[];
    readonly ts?: number;
  };
  /** Beside `login`: what the login row keeps of it. */
  readonly signIn?: {
    readonly authMethod?: 'password' | 'external';
    /** Names of browser and system. */
    readonly device?: string;
    /** Network prefix. */
    readonly network?: string;
    /** Launch context of SMART. */
    readonly context?: Readonly<Record<string, unknown>>;
  };
  /** Prompt `identity`: as which of several identities. */
  readonly identity?: { readonly membershipId: string };
  /** Prompt `launch`: what the app is about. */
  readonly launch?: { readonly patient?: string; readonly encounter?: string };
  /** Prompt `consent`: which of the scopes that were asked about are allowed. */
  readonly consent?: { readonly scopes: readonly string[] };
}

const answers = z.looseObject({
  signIn: z
    .strictObject({
      authMethod: z.enum(['password', 'external']).optional(),
      device: z.string().max(200).optional(),
      network: z.string().max(100).optional(),
      context: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  identity: z.strictObject({ membershipId: z.string().min(1).max(100) }).optional(),
  launch: launchContext.pick({ patient: true, encounter: true }).optional(),
  consent: z.strictObject({ scopes: z.array(z.string().max(1000)).max(200) }).optional(),
});

/** The answers of this authorization request; empty where no page was shown. */
export function answersOf(ctx: KoaContextWithOIDC): z.output<typeof answers> {
  return answers.parse(ctx.oidc.result ?? {});
}
