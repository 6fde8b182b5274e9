import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { de } from './de.tsx';
import { en, type Texts } from './en.tsx';

type Language = 'de' | 'en';

interface TextsState {
  readonly t: Texts;
  readonly language: Language;
  /** Date and time in the reader's language; the text itself where it is none. */
  readonly when: (text: string | undefined) => string;
  readonly other: () => void;
}

const TextsContext = createContext<TextsState | undefined>(undefined);

/** Texts in the language of the browser: German, or English for everybody else. */
export function TextsProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState<Language>(() =>
    navigator.language.startsWith('de') ? 'de' : 'en',
  );
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const other = useCallback(() => setLanguage((now) => (now === 'de' ? 'en' : 'de')), []);
  const state = useMemo((): TextsState => {
    const own = navigator.language.startsWith(language) ? navigator.language : language;
    const format = new Intl.DateTimeFormat(own, { dateStyle: 'medium', timeStyle: 'medium' });
    const when = (text: string | undefined): string => {
      const time = text === undefined ? Number.NaN : Date.parse(text);
      return Number.isNaN(time) ? (text ?? '') : format.format(time);
    };
    return { t: language === 'de' ? de : en, language, when, other };
  }, [language, other]);
  return <TextsContext value={state}>{children}</TextsContext>;
}

/** Texts in the language that was chosen. */
export function useTexts(): TextsState {
  const state = useContext(TextsContext);
  if (state === undefined) throw new TypeError('useTexts outside of its provider');
  return state;
}
