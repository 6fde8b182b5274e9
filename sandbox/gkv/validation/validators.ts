import { openSchematron, type SchematronValidator } from './schematron-validator.ts';
import { openXsdValidator, type XsdValidator } from './xsd-validator.ts';

/** Published rules that are at hand; where one is absent the sandbox uses its own, weaker checks. */
export interface Validators {
  readonly xsd: XsdValidator | undefined;
  /** DiGA rules. */
  readonly dre0: SchematronValidator | undefined;
}

/** Directories of published rules. */
export interface ValidatorDirectories {
  /** Holds the XML schemas, anywhere below. */
  readonly xsdDirectory?: string;
  /** Holds `diga/dre0.sch`. */
  readonly schematronDirectory?: string;
}

/** Opens what is at hand. */
export async function openValidators(directories: ValidatorDirectories): Promise<Validators> {
  const { xsdDirectory, schematronDirectory } = directories;
  const [xsd, dre0] = await Promise.all([
    xsdDirectory === undefined ? undefined : openXsdValidator(xsdDirectory),
    schematronDirectory === undefined
      ? undefined
      : openSchematron(schematronDirectory, 'diga', 'dre0.sch'),
  ]);
  return { xsd, dre0 };
}
