import { describe, expect, it } from 'vitest'
import { dueOf, eventsOf, lastOf, type Event, type Home } from '@/home/today'
import { stateNow } from '@/events/kinds'
import { wayOf } from '@/inbox/subjects'

const now = new Date('2026-11-25T12:00:00+08:00')
const event = (id: string, from: string, until: string, state = 'published') =>
  ({ id, starts_at: `${from}:00+08:00`, ends_at: `${until}:00+08:00`, state }) as unknown as Event
const home = (parts: Partial<Home>): Home => ({ events: null, registrations: null, returned: null, last: null, points: null, ...parts }) as Home
const ids = (events: Event[] | undefined) => events?.map((one) => one.id)

describe('the first page', () => {
  const morning = event('morning', '2026-11-25T09:00', '2026-11-25T10:00')
  const evening = event('evening', '2026-11-25T19:00', '2026-11-25T20:00')
  const tomorrow = event('tomorrow', '2026-11-26T09:00', '2026-11-26T10:00')
  const off = event('off', '2026-11-25T22:00', '2026-11-25T23:00', 'cancelled')
  const of = (...items: Event[]) => eventsOf(home({ events: { items } }), now)

  it('says nothing of events when their service is away', () => {
    expect(eventsOf(home({}), now)).toBeNull()
  })

  it('has the next event when none of today’s is still to come', () => {
    expect(of(morning, evening, tomorrow)).toMatchObject({ next: null })
    expect(of(morning, off, tomorrow)?.next?.id).toBe('tomorrow')
    expect(of(tomorrow)?.next?.id).toBe('tomorrow')
    expect(of(morning, off)?.next).toBeNull()
  })

  it('has all of today’s, cancelled ones too, but no drafts and none of another day', () => {
    const draft = event('draft', '2026-11-25T15:00', '2026-11-25T16:00', 'draft')
    expect(ids(of(morning, draft, off, tomorrow)?.today)).toEqual(['morning', 'off'])
  })

  it('names what waits: seats offered and claims that came back', () => {
    const registrations = {
      items: [
        { state: 'offered', event_id: 'e1', event_title: '讲座', reply_by: '2026-11-25T18:00:00+08:00' },
        { state: 'registered', event_id: 'e2', event_title: '植树', reply_by: null },
      ],
    }
    const returned = { items: [{ id: 'c1', title: '社区服务' }] }
    expect(dueOf(home({ registrations, returned }))).toEqual([
      { kind: 'offer', id: 'e1', title: '讲座', by: '2026-11-25T18:00:00+08:00' },
      { kind: 'claim', id: 'c1', title: '社区服务' },
    ])
    expect(dueOf(home({}))).toEqual([])
    expect(lastOf(home({ last: { items: [] } }))).toBeNull()
  })
})

describe('a notice', () => {
  it('leads to what it is about, or nowhere', () => {
    expect(wayOf({ subject_type: 'event', subject_id: 'e1' })).toEqual({ page: 'event', query: { id: 'e1' } })
    expect(wayOf({ subject_type: 'statement', subject_id: 's1' })).toEqual({ page: 'statement', query: {} })
    expect(wayOf({ subject_type: 'cadence.R1', subject_id: 'x' })).toBeNull()
  })
})

describe('an event’s state', () => {
  const one = { state: 'published', ends_at: '2026-11-25T10:00:00+08:00', sessions: [{ opens_at: '2026-11-25T08:30:00+08:00', closes_at: '2026-11-25T10:00:00+08:00' }] }
  const at = (time: string) => new Date(`2026-11-25T${time}:00+08:00`)

  it('follows the clock as check-in does, unless somebody decided otherwise', () => {
    expect(stateNow(one, at('08:29'))).toBe('published')
    expect(stateNow(one, at('08:30'))).toBe('open')
    expect(stateNow(one, at('10:01'))).toBe('over')
    expect(stateNow({ ...one, state: 'open' }, at('07:00'))).toBe('open')
    for (const state of ['draft', 'closed', 'cancelled']) expect(stateNow({ ...one, state }, at('09:00'))).toBe(state)
  })
})
