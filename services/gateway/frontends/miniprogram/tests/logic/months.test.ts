import { describe, expect, it } from 'vitest'
import { byMonth, height } from '@/points/months'

const entry = (occurred_at: string, points: number) => ({ occurred_at, points })

describe('the year by month', () => {
  const now = new Date('2026-03-10T00:00:00Z')

  it('adds up each month of Shanghai, empty ones too, and none to come', () => {
    const months = byMonth([entry('2026-01-31T16:30:00Z', 2), entry('2026-01-05T01:00:00Z', 3), entry('2026-01-06T01:00:00Z', -1)], 2026, now)
    expect(months).toEqual([
      { month: '2026-01', points: 2 },
      { month: '2026-02', points: 2 },
      { month: '2026-03', points: 0 },
    ])
    expect(byMonth([], 2025, now)).toHaveLength(12)
  })

  it('is drawn against its highest month, and a month of losses is no bar', () => {
    const months = byMonth([entry('2026-01-05T01:00:00Z', 4), entry('2026-02-05T01:00:00Z', 1), entry('2026-03-05T01:00:00Z', -2)], 2026, now)
    expect(months.map((one) => height(one, months))).toEqual([100, 25, 0])
  })
})
