import { Schema } from 'node-schematron';
import { sharedText } from './shared-data.ts';

/** Ids of the rules that a document breaks, each once, sorted. */
export type RuleSet = (xml: string) => readonly string[];

/** The rules that an insurer applies to an invoice, in its order, with the alterations it makes. */
export interface InvoiceRules {
  readonly en16931: RuleSet;
  readonly xrechnung: RuleSet;
  readonly dre0: RuleSet;
}

/** Reports that the DiGA configuration lowers to warnings. */
const WARNINGS = ['BR-CL-01', 'BR-CL-10', 'BR-CL-23', 'BR-CL-25', 'BR-CL-26'];

/** Loads the three rule sets; slow, so once for a test file. */
export function invoiceRules(): InvoiceRules {
  return {
    en16931: ruleSet(withDigaSchemes(en16931('1.3.7'))),
    xrechnung: ruleSet(withGlobalVariables()),
    dre0: ruleSet(sharedText('schematron/diga/dre0.sch')),
  };
}

/** The rules of a later EN 16931 release, patched in the same way. */
export function laterEn16931(): RuleSet {
  return ruleSet(withDigaSchemes(en16931('1.3.16')));
}

/**
 * The rule engine searches every context with `//` itself; a context that begins with it again would be searched once
 * for every node of the document.
 */
function ruleSet(schematron: string): RuleSet {
  const schema = Schema.fromString(schematron.replaceAll('<rule context="//', '<rule context="'));
  return (xml) => {
    const ids = schema.validateString(xml).map((result) => result.assertId ?? 'without id');
    return [...new Set(ids)].filter((id) => !WARNINGS.includes(id)).toSorted();
  };
}

function en16931(version: string): string {
  return sharedText(`schematron/en16931-${version}/EN16931-CII-validation-preprocessed.sch`);
}

/** The DiGA configuration adds the scheme identifiers of the XRechnung extension to the ISO 6523 list. */
function withDigaSchemes(schematron: string): string {
  return schematron.replace(/<assert id="BR-CL-(?:10|11|21)"[^>]*?contains\(' 0002/g, (found) =>
    found.replace(/ 0002$/, ' XR01 XR02 XR03 0002'),
  );
}

/** The included pattern only serves to declare variables; they are put where the rule engine looks for them. */
function withGlobalVariables(): string {
  const variables = sharedText('schematron/xrechnung-2.2.0/common.sch')
    .replace(/<!--[\s\S]*?-->/g, '')
    .match(/<let [\s\S]*?\/>/g);
  return sharedText('schematron/xrechnung-2.2.0/cii/XRechnung-CII-validation.sch').replace(
    '<include href="../common.sch" />',
    () => (variables ?? []).join('\n'),
  );
}
