import { usePlace } from './router.tsx';

/**
 * Stands for the package `react-router` in the bundle: one component of `@medplum/react` (ScrollToTop) asks it where it is.
 */
export function useLocation(): { readonly pathname: string } {
  return { pathname: usePlace().path };
}
