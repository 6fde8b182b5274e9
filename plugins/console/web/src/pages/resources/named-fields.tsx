import { type ReactNode, useEffect, useRef } from 'react';
import { useTexts } from '../../texts/texts.tsx';

/**
 * Gives fields and buttons a name that Medplum's components leave without one, so that screen readers can tell them apart:
 * fields that of their element, buttons of an icon alone that of what they do.
 * @see https://www.w3.org/TR/WCAG22/#name-role-value
 */
export function NamedFields({ children }: { readonly children: ReactNode }): ReactNode {
  const { t } = useTexts();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const nameAll = (): void => {
      for (const field of current.querySelectorAll<Field>('input, select, textarea'))
        nameField(field);
      for (const button of current.querySelectorAll('button')) {
        const named = button.textContent.trim() !== '' || button.hasAttribute('aria-label');
        if (!named) button.setAttribute('aria-label', t.resources.iconButton);
      }
    };
    nameAll();
    const observer = new MutationObserver(nameAll);
    observer.observe(current, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [t]);
  return <div ref={place}>{children}</div>;
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function nameField(field: Field): void {
  const labelled = (field.labels?.length ?? 0) > 0 && textOf(field.labels) !== '';
  if (labelled || field.hasAttribute('aria-label') || field.hasAttribute('aria-labelledby')) return;
  // The element: `name`, or what the block around the field is called.
  const around = field.closest('.mantine-InputWrapper-root')?.querySelector('label')?.textContent;
  const section = field.closest('fieldset')?.querySelector('legend, label')?.textContent;
  const name = [around, field.name, field.id, section].find(
    (one) => one !== undefined && one !== '',
  );
  if (name !== undefined) field.setAttribute('aria-label', name);
}

function textOf(labels: NodeListOf<HTMLLabelElement> | null): string {
  return [...(labels ?? [])].map(({ textContent }) => textContent.trim()).join('');
}
