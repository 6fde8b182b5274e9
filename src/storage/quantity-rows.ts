import type { QuantityValue } from '../search/index-values.ts';
import { canonicalName, canonicalUnitKey, unitKey } from './index-keys.ts';
import type { IndexNaming } from './index-naming.ts';

/** Row of `resource_range`. */
export interface RangeRow {
  readonly param: number;
  readonly low: number;
  readonly high: number;
  readonly unit: bigint | null;
}

/**
 * The rows of a quantity. It is asked for without a unit or by its code alone: one row with the number as it is written; and
 * by system and code: another, for a unit of UCUM with the number in base units, under a name of its own because that
 * number must not be compared with one without a unit.
 */
export function quantityRows(
  type: string,
  { param, low, high, unit, system, canonical }: QuantityValue,
  { hash, paramKey }: Pick<IndexNaming, 'hash' | 'paramKey'>,
): readonly RangeRow[] {
  const own = paramKey(type, param);
  if (unit === undefined) return [{ param: own, low, high, unit: null }];
  const rows: RangeRow[] = [{ param: own, low, high, unit: hash(unitKey(unit)) }];
  if (canonical !== undefined) {
    rows.push({
      param: paramKey(type, canonicalName(param)),
      low: canonical.low,
      high: canonical.high,
      unit: hash(canonicalUnitKey(canonical.unit)),
    });
  } else if (system !== undefined) {
    rows.push({ param: own, low, high, unit: hash(unitKey(unit, system)) });
  }
  return rows;
}
