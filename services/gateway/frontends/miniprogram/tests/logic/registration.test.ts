import { describe, expect, it } from 'vitest'
import { standingOf, type Registration } from '@/events/registration'

const event = { state: 'published', starts_at: '2026-11-26T09:00:00+08:00' }
const now = new Date('2026-11-25T12:00:00+08:00')
const settings = { required: true, capacity: 10, opens_at: null, closes_at: null, cancel_until: null, reply_hours: null }
const own = {
  id: 'r', event_id: 'e', member_id: 'm', asked_at: '2026-11-24T09:00:00+08:00', ended_at: null, end_reason: null,
  place: null, reply_by: null, state: 'registered' as const,
}
const seat = (more: Partial<Registration> = {}): Registration => ({ settings, own: null, seated: 0, seats_left: 10, waiting: 0, ...more })

describe('the own seat', () => {
  it('is nothing where nobody registers', () => {
    expect(standingOf(seat({ settings: null }), event, now)).toBeNull()
  })

  it('can be asked for, and waited for where all are taken', () => {
    expect(standingOf(seat(), event, now)).toEqual({ says: 'open', steps: ['register'] })
    expect(standingOf(seat({ seats_left: null }), event, now)).toEqual({ says: 'open', steps: ['register'] })
    expect(standingOf(seat({ seats_left: 0 }), event, now)).toEqual({ says: 'full', steps: ['wait'] })
  })

  it('is asked for anew after it was given up, lost or taken away', () => {
    for (const state of ['cancelled', 'declined', 'lapsed'] as const) {
      expect(standingOf(seat({ own: { ...own, state } }), event, now)?.steps).toEqual(['register'])
    }
  })

  it('can be taken, given up or left, each in its state alone', () => {
    expect(standingOf(seat({ own: { ...own, state: 'offered' } }), event, now)?.steps).toEqual(['accept', 'decline'])
    expect(standingOf(seat({ own: { ...own, state: 'waiting', place: 3 } }), event, now)?.steps).toEqual(['leaveList'])
    expect(standingOf(seat({ own }), event, now)?.steps).toEqual(['cancel'])
  })

  it('is given up by oneself until the time that was set, or the start', () => {
    const until = { ...settings, cancel_until: '2026-11-25T11:00:00+08:00' }
    expect(standingOf(seat({ own, settings: until }), event, now)).toEqual({ says: 'registered', steps: [] })
    expect(standingOf(seat({ own }), event, new Date(event.starts_at))?.steps).toEqual([])
  })

  it('keeps to the times of registration', () => {
    expect(standingOf(seat({ settings: { ...settings, opens_at: '2026-11-25T13:00:00+08:00' } }), event, now)?.says).toBe('notYet')
    expect(standingOf(seat({ settings: { ...settings, closes_at: '2026-11-25T12:00:00+08:00' } }), event, now)?.says).toBe('over')
    expect(standingOf(seat(), event, new Date(event.starts_at))?.says).toBe('over')
  })

  it('lets nothing be done once the event is over or off', () => {
    for (const state of ['closed', 'cancelled', 'draft']) {
      for (const each of [null, own, { ...own, state: 'offered' as const }, { ...own, state: 'waiting' as const }]) {
        expect(standingOf(seat({ own: each }), { ...event, state }, now)?.steps).toEqual([])
      }
    }
  })
})
