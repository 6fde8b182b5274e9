import type { ElementStep } from '../view/element-path.ts';
import type { TouchedPath, TouchedStep } from './touched-path.ts';

/**
 * True if looking at the one path tells of the other: they are the same, or one is above the other. What is above holds
 * what is below; what is below is part of what is above.
 */
export function overlaps(touched: TouchedPath, path: readonly ElementStep[]): boolean {
  const shared = Math.min(touched.length, path.length);
  for (let at = 0; at < shared; at += 1) {
    if (!same(touched[at] as TouchedStep, path[at] as ElementStep)) return false;
  }
  return true;
}

function same({ names, url }: TouchedStep, step: ElementStep): boolean {
  if (step.kind === 'element') return names.includes(step.name);
  const isExtension = names.includes('extension') || names.includes('modifierExtension');
  return isExtension && (url === undefined || url === step.url);
}
