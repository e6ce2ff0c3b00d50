import { describe, expect, it } from 'vitest'
import { icsOf } from '@/calendar/ics'
import { daysOf, shifted, weeksOf } from '@/calendar/month'

describe('a month', () => {
  it('begins its weeks on Monday and holds each of its days once', () => {
    for (let number = 0; number < 60; number += 1) {
      const month = shifted('2024-01', number)
      const weeks = weeksOf(month)
      const cells = weeks.flat()
      expect(weeks.every((week) => week.length === 7)).toBe(true)
      expect(new Date(cells[0]!.key).getUTCDay()).toBe(1)
      const own = cells.filter((cell) => cell.inMonth)
      expect(own.map((cell) => cell.day)).toEqual(Array.from({ length: own.length }, (_, at) => at + 1))
      expect(own.length).toBe(new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate())
      expect(weeks.every((week) => week.some((cell) => cell.inMonth))).toBe(true)
    }
  })

  it('turns over the year in both directions', () => {
    expect(shifted('2026-12', 1)).toBe('2027-01')
    expect(shifted('2026-01', -1)).toBe('2025-12')
  })
})

describe('the days of an event', () => {
  it('are those of Shanghai, wherever the phone is', () => {
    expect(daysOf('2026-11-22T16:30:00Z', '2026-11-22T18:00:00Z')).toEqual(['2026-11-23'])
  })

  it('are all it lasts, without the one that begins as it ends', () => {
    expect(daysOf('2026-11-30T09:00:00+08:00', '2026-12-02T17:00:00+08:00')).toEqual(['2026-11-30', '2026-12-01', '2026-12-02'])
    expect(daysOf('2026-11-30T20:00:00+08:00', '2026-12-01T00:00:00+08:00')).toEqual(['2026-11-30'])
  })
})

describe('an entry for the phone', () => {
  const entry = { id: 'e1', title: '学习；讲座, 第一讲\n下午', place: '大礼堂', startsAt: '2026-11-26T09:00:00+08:00', endsAt: '2026-11-26T10:30:00+08:00' }
  const text = icsOf(entry, new Date('2026-11-25T00:00:00Z'))

  it('has the times in UTC and the words escaped', () => {
    expect(text).toContain('DTSTART:20261126T010000Z\r\n')
    expect(text).toContain('DTEND:20261126T023000Z\r\n')
    expect(text).toContain('SUMMARY:学习；讲座\\, 第一讲\\n下午\r\n')
    expect(text).toContain('UID:e1@member-points\r\n')
  })

  it('folds long lines at 75 octets, without cutting a character', () => {
    const long = icsOf({ ...entry, title: '深入学习'.repeat(40) })
    const lines = long.split('\r\n')
    for (const line of lines) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75)
    expect(long.replace(/\r\n /g, '')).toContain('深入学习'.repeat(40))
  })
})
