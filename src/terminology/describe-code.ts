import type { Coding } from '@medplum/fhirtypes';
import type { CompiledSet, Membership } from './compiled-set.ts';
import type { Terminology } from './terminology.ts';

/** The answer to whether a code is valid. */
export interface CodeVerdict {
  readonly result: boolean;
  readonly message?: string;
  readonly display?: string;
  readonly system?: string;
  readonly version?: string;
  readonly code?: string;
  /** Code system that would have to be loaded for a certain answer. */
  readonly missing?: string;
}

/**
 * Judges codings against a value set, or against their own code systems where there is none: one valid coding is enough.
 * @param options `abstract` lets concepts pass that only group others
 */
export async function judgeCodings(
  terminology: Terminology,
  set: CompiledSet | undefined,
  codings: readonly Coding[],
  options: { readonly abstract: boolean },
): Promise<CodeVerdict> {
  let last: CodeVerdict = { result: false, message: 'There is no code to check' };
  for (const coding of codings) {
    const verdict = await judgeCoding(terminology, set, coding, options);
    if (verdict.result) return verdict;
    last = verdict;
  }
  return last;
}

async function judgeCoding(
  terminology: Terminology,
  set: CompiledSet | undefined,
  { system: given, version, code, display }: Coding,
  options: { readonly abstract: boolean },
): Promise<CodeVerdict> {
  if (code === undefined) return { result: false, message: 'There is no code to check' };
  const system = given ?? systemIn(set, code);
  const member: Membership = set === undefined ? 'in' : set.member(system, code);
  const known = {
    ...(system === undefined ? {} : { system }),
    ...(version === undefined ? {} : { version }),
    code,
  };
  const codeSystem =
    system === undefined ? undefined : await terminology.codeSystem(system, version);
  const concept = codeSystem?.find(code);
  if (member === 'out') {
    const message =
      codeSystem?.complete === true && concept === undefined
        ? `The code is not in the code system ${codeSystem.url}`
        : 'The code is not in the value set';
    return { ...known, result: false, message };
  }
  if (
    member === 'unknown' ||
    (set === undefined &&
      (codeSystem === undefined || (concept === undefined && !codeSystem.complete)))
  ) {
    const missing = system ?? '';
    return {
      ...known,
      result: false,
      message: `The code cannot be checked: the code system ${missing} is not loaded`,
      missing,
    };
  }
  if (set === undefined && concept === undefined) {
    return {
      ...known,
      result: false,
      message: `The code is not in the code system ${system ?? ''}`,
    };
  }
  if (concept?.abstract === true && !options.abstract) {
    return { ...known, result: false, message: 'The code is abstract: it only groups others' };
  }
  const listed = set === undefined ? undefined : displayIn(set, system, code);
  const preferred = listed ?? concept?.display;
  const shown = preferred === undefined ? {} : { display: preferred };
  const names = [
    preferred,
    concept?.display,
    ...(concept?.designation ?? []).map(({ value }) => value),
  ];
  if (
    display !== undefined &&
    preferred !== undefined &&
    !names.some((it) => sameName(it, display))
  ) {
    return {
      ...known,
      ...shown,
      result: false,
      message: `The display is not one of the code; it is "${preferred}"`,
    };
  }
  return { ...known, ...shown, result: true };
}

function sameName(a: string | undefined, b: string): boolean {
  return a?.trim().toLowerCase() === b.trim().toLowerCase();
}

/** The one system that has the code in the set, where the set can be listed. */
function systemIn(set: CompiledSet | undefined, code: string): string | undefined {
  if (set?.member(undefined, code) !== 'in') return undefined;
  const found = listed(set).filter((member) => member.code === code);
  return found.length === 1 ? found[0]?.system : undefined;
}

function displayIn(set: CompiledSet, system: string | undefined, code: string): string | undefined {
  return listed(set).find((it) => it.code === code && it.system === system)?.display;
}

/** The members, or nothing where they cannot be listed: the question about one code has an answer all the same. */
function listed(set: CompiledSet) {
  try {
    return [...set.members().values()];
  } catch (error) {
    if (isUnlisted(error)) return [];
    throw error;
  }
}

function isUnlisted(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return code === 'TERMINOLOGY_TOO_COSTLY' || code === 'TERMINOLOGY_SYSTEM_UNKNOWN';
}
