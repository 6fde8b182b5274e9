import type { ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import type { ConformanceSource } from '../conformance/model.ts';
import { Recent } from '../conformance/recent.ts';
import { fhirError } from '../outcome/codes.ts';
import { type OpenCodeSystem, openCodeSystem } from './code-system.ts';
import { type CompiledSet, compileInclude, difference } from './compiled-set.ts';
import { expansionSet } from './expansion-set.ts';
import { hasGrammar } from './known-grammars.ts';
import { MAX_LOADED, MAX_NESTED_SETS } from './limits.ts';

/** Questions about codes, answered from one source: what the source does not show does not exist here. */
export interface Terminology {
  readonly source: ConformanceSource;
  /** The code system, opened; undefined where it is not loaded. */
  codeSystem(url: string, version?: string, scope?: string): Promise<OpenCodeSystem | undefined>;
  /**
   * The value set with everything that it refers to; undefined where there is none.
   * @throws FhirError `TERMINOLOGY_SET_UNKNOWN`, `TERMINOLOGY_CYCLE`, `TERMINOLOGY_FILTER`, `TERMINOLOGY_TOO_COSTLY`
   */
  valueSet(canonical: string, scope?: string): Promise<CompiledSet | undefined>;
  /** The same for a value set at hand. @throws FhirError as {@link Terminology.valueSet} */
  compile(valueSet: ValueSet, scope?: string): Promise<CompiledSet>;
}

/** Code systems kept open at most. */
const OPEN = 48;

const open = new Recent<object, OpenCodeSystem>(OPEN);

/** Opens the terminology of a source. */
export function createTerminology(source: ConformanceSource): Terminology {
  const codeSystem: Terminology['codeSystem'] = async (url, version, scope) => {
    if (hasGrammar(url)) return undefined;
    const found = await source.find(
      'CodeSystem',
      version === undefined ? url : `${url}|${version}`,
      scope,
    );
    // A supplement adds to a code system that is another resource.
    if (found === undefined || found.resource.content === 'supplement') return undefined;
    if (found.resource.content === 'not-present') return undefined;
    return open.get(found.resource, () => openCodeSystem(found.resource));
  };
  const compiler = (loaded = { count: 0 }, path: readonly string[] = []): Compiler => ({
    source,
    codeSystem,
    loaded,
    path,
    inner: (canonical) => compiler(loaded, [...path, canonical]),
  });
  return {
    source,
    codeSystem,
    valueSet: (canonical, scope) => findSet(compiler(), canonical, scope),
    compile: (valueSet, scope) => compileSet(compiler(), valueSet, scope),
  };
}

interface Compiler {
  readonly source: ConformanceSource;
  readonly codeSystem: Terminology['codeSystem'];
  readonly loaded: { count: number };
  /** Canonicals of the value sets that this one is in. */
  readonly path: readonly string[];
  inner(canonical: string): Compiler;
}

async function findSet(
  compiler: Compiler,
  canonical: string,
  scope: string | undefined,
): Promise<CompiledSet | undefined> {
  if (compiler.path.includes(canonical)) {
    throw fhirError('TERMINOLOGY_CYCLE', { valueSet: canonical.slice(0, 200) });
  }
  count(compiler);
  const found = await compiler.source.find('ValueSet', canonical, scope);
  if (found !== undefined) {
    return compileSet(compiler.inner(canonical), found.resource, found.scope);
  }
  return implicitSet(compiler, canonical, scope);
}

/**
 * `[system]?fhir_vs` is every code of a system, `?fhir_vs=isa/[code]` those at and below one; a code system may also name
 * the value set of all of its codes.
 * @see https://hl7.org/fhir/R4/snomedct.html#implicit
 */
async function implicitSet(
  compiler: Compiler,
  canonical: string,
  scope: string | undefined,
): Promise<CompiledSet | undefined> {
  const [, system, root] = /^([^?]+)\?fhir_vs(?:=isa\/(.+))?$/.exec(canonical) ?? [];
  if (system === undefined) return undefined;
  const include: ValueSetComposeInclude = {
    system,
    ...(root === undefined ? {} : { filter: [{ property: 'concept', op: 'is-a', value: root }] }),
  };
  const opened = await compiler.codeSystem(system, undefined, scope);
  if (opened === undefined) return undefined;
  return compileInclude(include, opened, []);
}

async function compileSet(
  compiler: Compiler,
  valueSet: ValueSet,
  scope: string | undefined,
): Promise<CompiledSet> {
  if (compiler.path.length > MAX_NESTED_SETS) {
    throw fhirError('TERMINOLOGY_TOO_COSTLY', { limit: MAX_NESTED_SETS });
  }
  const { compose, url = '', version } = valueSet;
  if (compose === undefined) return expansionSet(valueSet);
  const included = await compileAll(compiler, compose.include, scope);
  const excluded = await compileAll(compiler, compose.exclude, scope);
  return difference(url, version, included, excluded);
}

async function compileAll(
  compiler: Compiler,
  includes: readonly ValueSetComposeInclude[] | undefined,
  scope: string | undefined,
): Promise<readonly CompiledSet[]> {
  const compiled: CompiledSet[] = [];
  for (const include of includes ?? []) {
    const sets: CompiledSet[] = [];
    for (const canonical of include.valueSet ?? []) {
      const set = await findSet(compiler, canonical, scope);
      if (set === undefined) {
        throw fhirError('TERMINOLOGY_SET_UNKNOWN', { valueSet: canonical.slice(0, 200) });
      }
      sets.push(set);
    }
    count(compiler, 1 + (include.filter?.length ?? 0));
    const system =
      include.system === undefined
        ? undefined
        : await compiler.codeSystem(include.system, include.version, scope);
    compiled.push(compileInclude(include, system, sets));
  }
  return compiled;
}

function count({ loaded }: Compiler, some = 1): void {
  loaded.count += some;
  if (loaded.count > MAX_LOADED) throw fhirError('TERMINOLOGY_TOO_COSTLY', { limit: MAX_LOADED });
}
