import type { XmlElement } from '../xml/xml-element.ts';

/** A finding of a validation step. */
export interface Finding {
  readonly code: string;
  readonly level: 'error' | 'warning' | 'information';
  readonly text: string;
  /** Where in the invoice, for the report; the KoSIT report demands some location. */
  readonly xpath?: string;
  readonly line?: number;
}

/** A business rule on elements of one kind. */
export interface Rule {
  readonly id: string;
  readonly level?: Finding['level'];
  readonly text: string;
  /** Whether the rule holds. */
  readonly holds: (context: XmlElement, root: XmlElement) => boolean;
}

/** Rules that share a context. */
export interface RuleSet {
  readonly xpath: string;
  readonly contexts: (root: XmlElement) => readonly XmlElement[];
  readonly rules: readonly Rule[];
}

/** Runs rules over an invoice; each context that breaks a rule gives one finding. */
export function applyRules(root: XmlElement, sets: readonly RuleSet[]): readonly Finding[] {
  return sets.flatMap(({ xpath, contexts, rules }) =>
    contexts(root).flatMap((context, index) =>
      rules
        .filter((rule) => !rule.holds(context, root))
        .map((rule) => ({
          code: rule.id,
          level: rule.level ?? 'error',
          text: rule.text,
          xpath: `${xpath}[${index + 1}]`,
        })),
    ),
  );
}
