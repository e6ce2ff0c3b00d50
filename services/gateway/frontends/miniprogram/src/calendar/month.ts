/** Months as a calendar shows them: weeks from Monday on, by Shanghai's days. */
import { dayKey } from '@/format'

export interface Cell {
  /** "2026-11-23" */
  key: string
  day: number
  inMonth: boolean
}

const DAY_MS = 86_400_000

/** The weeks that a month ("2026-11") touches, seven days each. */
export function weeksOf(month: string): Cell[][] {
  const first = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1, 1)
  const monday = first - ((new Date(first).getUTCDay() + 6) % 7) * DAY_MS
  const weeks: Cell[][] = []
  for (let at = monday; weeks.length === 0 || keyOf(at).slice(0, 7) === month; at += 7 * DAY_MS) {
    weeks.push(Array.from({ length: 7 }, (_, day) => cellOf(at + day * DAY_MS, month)))
  }
  return weeks
}

/** The month some months later, or earlier. */
export function shifted(month: string, by: number): string {
  const at = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + by, 1))
  return at.toISOString().slice(0, 7)
}

/** Every day that something is on; one that ends at midnight is not on the day after. */
export function daysOf(startsAt: string, endsAt: string): string[] {
  const first = dayKey(startsAt)
  const last = dayKey(new Date(Math.max(Date.parse(endsAt) - 1, Date.parse(startsAt))))
  const days: string[] = []
  for (let at = Date.parse(first); keyOf(at) <= last; at += DAY_MS) days.push(keyOf(at))
  return days
}

const keyOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

function cellOf(at: number, month: string): Cell {
  const key = keyOf(at)
  return { key, day: Number(key.slice(8)), inMonth: key.slice(0, 7) === month }
}
