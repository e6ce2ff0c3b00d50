import { describe, expect, it } from 'vitest'
import { blank, bodyOf, seatsOf } from '@/run/draft'
import { movesOf, sessionNow } from '@/run/moves'
import { placesToMake, runsAnything, runsEvent } from '@/run/roles'

const session = (opens: string, closes: string) => ({ opens_at: `2026-11-25T${opens}:00+08:00`, closes_at: `2026-11-25T${closes}:00+08:00` })
const at = (time: string) => new Date(`2026-11-25T${time}:00+08:00`)

describe('what can be done with an event', () => {
  const sessions = [session('09:00', '10:00'), session('14:00', '15:00')]

  it('is one step after the other', () => {
    expect(movesOf({ state: 'draft', sessions }, at('08:00'))).toEqual(['publish'])
    expect(movesOf({ state: 'published', sessions }, at('08:00'))).toEqual(['open'])
    expect(movesOf({ state: 'published', sessions }, at('09:00'))).toEqual(['close'])
    expect(movesOf({ state: 'open', sessions }, at('08:00'))).toEqual(['close'])
    for (const state of ['closed', 'cancelled']) expect(movesOf({ state, sessions }, at('09:00'))).toEqual([])
  })

  it('is done for the session that is on, the next one, or the last', () => {
    expect(sessionNow(sessions, at('09:30'))).toBe(sessions[0])
    expect(sessionNow(sessions, at('11:00'))).toBe(sessions[1])
    expect(sessionNow(sessions, at('20:00'))).toBe(sessions[1])
    expect(sessionNow([], at('20:00'))).toBeNull()
  })
})

describe('a new event', () => {
  it('begins with tomorrow in Shanghai and the last place', () => {
    expect(blank('大礼堂', new Date('2026-11-25T17:00:00Z'))).toMatchObject({ day: '2026-11-27', time: '09:00', place: '大礼堂' })
  })

  it('ends as long after its start as was chosen, over midnight too', () => {
    const draft = { ...blank(''), title: ' 党课 ', category: 'lecture', organisation: 'o', day: '2026-11-30', time: '23:00', minutes: 120 }
    expect(bodyOf(draft)).toMatchObject({ title: '党课', starts_at: '2026-11-30T23:00:00+08:00', ends_at: '2026-11-30T17:00:00.000Z' })
  })

  it('has as many seats as a number says, else no limit', () => {
    expect(seatsOf({ ...blank(''), seats: '40' })).toBe(40)
    for (const seats of ['', '0', '-3', 'x']) expect(seatsOf({ ...blank(''), seats })).toBeNull()
  })
})

describe('who runs events', () => {
  const member = { member_id: 'm', roles: [{ role: 'member', path: '/city/u/b/' }] }
  const secretary = { member_id: 's', roles: [...member.roles, { role: 'branch_secretary', path: '/city/u/b/' }, { role: 'unit_admin', path: '/city/u/' }] }

  it('is whoever holds an office, or a part in the event', () => {
    expect(runsAnything(member)).toBe(false)
    expect(runsAnything(secretary)).toBe(true)
    expect(runsEvent(member, { roles: [{ member_id: 'm', role: 'organiser' }] })).toBe(true)
    expect(runsEvent(member, { roles: [{ member_id: 'm', role: 'lecturer' }, { member_id: 'x', role: 'organiser' }] })).toBe(false)
    expect(runsEvent(secretary, { roles: [] })).toBe(true)
  })

  it('makes events where an office lies that makes them, the nearest first', () => {
    expect(placesToMake(secretary, ['branch_secretary', 'unit_admin'])).toEqual(['/city/u/b/', '/city/u/'])
    expect(placesToMake(secretary, ['group_leader'])).toEqual([])
  })
})
