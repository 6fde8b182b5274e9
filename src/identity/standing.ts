import type { PolicyConditions } from '../access/conditions.ts';
import { admits } from '../access/ip-rules.ts';
import { isWithin, type Validity } from '../access/period.ts';
import type { CompiledPolicy } from '../access/policy.ts';
import type { WithheldPolicy } from '../access/principal.ts';
import { unionPolicies } from '../access/union.ts';
import type { Circumstances } from './circumstances.ts';

/** One policy that a membership gives, with what must be so for it to hold. */
export interface PolicyPart {
  /** Id of the AccessPolicy. */
  readonly role: string;
  readonly policy: CompiledPolicy;
  readonly conditions: PolicyConditions;
  /** Periods of the membership and of its entry, beside that of the policy. */
  readonly periods: readonly Validity[];
}

/** What holds for an identity under given circumstances. */
export interface Standing {
  readonly roles: readonly string[];
  readonly policy: CompiledPolicy;
  readonly withheld?: WithheldPolicy;
  /** Purposes that the policies state, by policy. */
  readonly purposes?: ReadonlyMap<string, string>;
  /** The network rules do not admit the address: nothing is allowed. */
  readonly barred?: true;
}

/** Why a policy does not hold under the circumstances, in words; undefined where it does. For explanations. */
export function whyItRests(part: PolicyPart, circumstances: Circumstances): string | undefined {
  switch (verdictOn(part, circumstances)) {
    case 'holds':
      return undefined;
    case 'rests':
      return 'its period, or that of the membership, is not running';
    case 'withheld':
      return `it demands an authentication of ${part.conditions.acr.join(' or ')}`;
  }
}

/** Whether a policy holds, or would with a better authentication. */
type Verdict = 'holds' | 'withheld' | 'rests';

/** Combinations of policies that are kept made; an identity has few, but a clock may pass many periods. */
const MAX_STANDINGS = 32;

/**
 * Makes the policy of an identity out of those that hold at the moment of a request. What holds is asked each time, the
 * union of each combination is made once.
 * @param narrow what is done to each union: the scopes of the token
 */
export function standings(
  parts: readonly PolicyPart[],
  narrow: (policy: CompiledPolicy) => CompiledPolicy,
): (circumstances: Circumstances) => Standing {
  const unconditional = parts.every(isUnconditional);
  const ip = parts.some(({ conditions }) => conditions.ip.length > 0);
  const made = new Map<string, Standing>();
  const make = (verdicts: readonly Verdict[]): Standing => {
    const key = verdicts.join(' ');
    const known = made.get(key);
    if (known !== undefined) return known;
    if (made.size >= MAX_STANDINGS) made.clear();
    const standing = standingOf(parts, verdicts, narrow);
    made.set(key, standing);
    return standing;
  };
  const all = parts.map((): Verdict => 'holds');
  const nothing = make(parts.map((): Verdict => 'rests'));
  return (circumstances) => {
    if (unconditional) return make(all);
    const verdicts = parts.map((part) => verdictOn(part, circumstances));
    if (ip && circumstances.address !== undefined) {
      // The list of a policy is asked even while the policy waits for a better authentication: it must not open a door.
      const rules = parts.flatMap(({ conditions }, i) =>
        verdicts[i] === 'rests' ? [] : conditions.ip,
      );
      if (!admits(rules, circumstances.address)) return { ...nothing, barred: true };
    }
    return make(verdicts);
  };
}

function isUnconditional({ conditions, periods }: PolicyPart): boolean {
  const { acr, ip, period } = conditions;
  return acr.length === 0 && ip.length === 0 && period === undefined && periods.length === 0;
}

function verdictOn({ conditions, periods }: PolicyPart, circumstances: Circumstances): Verdict {
  const { now, acr, machine } = circumstances;
  if (![conditions.period, ...periods].every((period) => isWithin(period, now))) return 'rests';
  if (conditions.acr.length === 0 || machine) return 'holds';
  return acr !== undefined && conditions.acr.includes(acr) ? 'holds' : 'withheld';
}

function standingOf(
  parts: readonly PolicyPart[],
  verdicts: readonly Verdict[],
  narrow: (policy: CompiledPolicy) => CompiledPolicy,
): Standing {
  const holding = parts.filter((_, i) => verdicts[i] === 'holds');
  const waiting = parts.filter((_, i) => verdicts[i] === 'withheld');
  const union = (some: readonly PolicyPart[]): CompiledPolicy =>
    narrow(unionPolicies(some.map(({ policy }) => policy)));
  const purposes = new Map(
    holding.flatMap(({ role, conditions: { purpose } }) =>
      purpose === undefined ? [] : [[role, purpose] as const],
    ),
  );
  return {
    roles: holding.map(({ role }) => role),
    policy: union(holding),
    ...(waiting.length === 0
      ? {}
      : {
          withheld: {
            policy: union([...holding, ...waiting]),
            acr: [...new Set(waiting.flatMap(({ conditions }) => conditions.acr))],
          },
        }),
    ...(purposes.size === 0 ? {} : { purposes }),
  };
}
