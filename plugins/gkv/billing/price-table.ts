import type { InvoiceVat } from '../../../lib/gkv/index.ts';
import type { PriceConfig } from '../config.ts';

/** The price of a prescription unit on a day of service; undefined when the table has none. */
export function priceOf(
  prices: readonly PriceConfig[],
  digaVeId: string,
  serviceDay: string,
): PriceConfig | undefined {
  return prices
    .filter((price) => price.digaVeId === digaVeId)
    .filter(
      ({ validFrom, validTo }) =>
        validFrom <= serviceDay && serviceDay <= (validTo ?? '9999-12-31'),
    )
    .toSorted((one, other) => other.validFrom.localeCompare(one.validFrom))[0];
}

/** Value-added tax as the invoice states it. */
export function vatOf({ vatPercent, vatExemption }: PriceConfig): InvoiceVat {
  if (vatExemption === undefined)
    return { category: 'S', rateBasisPoints: Math.round(vatPercent * 100) };
  return { category: vatExemption.category, exemptionReason: vatExemption.reason };
}
