/** The own year month by month, out of the ledger. */
import { dayKey } from '@/format'

export interface Month {
  /** "2026-03" */
  month: string
  points: number
}

/** All months of a year up to the present one, those without entries too. */
export function byMonth(entries: readonly { occurred_at: string; points: number }[], year: number, now = new Date()): Month[] {
  const present = dayKey(now).slice(0, 7)
  const sums = new Map<string, number>()
  for (const { occurred_at, points } of entries) {
    const month = dayKey(occurred_at).slice(0, 7)
    sums.set(month, (sums.get(month) ?? 0) + points)
  }
  return Array.from({ length: 12 }, (_, at) => `${year}-${String(at + 1).padStart(2, '0')}`)
    .filter((month) => month <= present)
    .map((month) => ({ month, points: sums.get(month) ?? 0 }))
}

/** How high a month's bar is, in hundredths of the highest; what was lost is no bar. */
export function height(month: Month, months: readonly Month[]): number {
  const most = Math.max(1, ...months.map((one) => one.points))
  return Math.max(0, Math.round((month.points / most) * 100))
}
