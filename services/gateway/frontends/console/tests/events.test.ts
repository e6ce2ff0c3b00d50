import { afterEach, describe, expect, it, vi } from 'vitest'
import { askVersioned } from '@/api/request'
import { writeTokens } from '@/api/tokens'
import { readLines } from '@/components/people'
import { blankForm, bodyOf, changesOf, formOf, isComplete } from '@/pages/events/eventForm'

afterEach(() => vi.unstubAllGlobals())

describe('people who are typed or pasted', () => {
  it('are read a line each, whatever stands between number and name', () => {
    expect(readLines('A1 张三\nA2\t李四\n A3，王 五 \n\n')).toEqual({
      people: [
        { member_no: 'A1', name: '张三' },
        { member_no: 'A2', name: '李四' },
        { member_no: 'A3', name: '王 五' },
      ],
      bad: [],
    })
  })

  it('are not guessed where a line says only one of both', () => {
    expect(readLines('A1\n张三')).toEqual({ people: [], bad: ['A1', '张三'] })
  })
})

const EVENT = {
  id: 'e', title: '党课', category: 'lecture', tags: [], level: null, organisation_id: 'o', organisation_name: null, audience: 'organisation',
  also_for: [], required_roles: [], registration: null, place: '一楼', geofence: null, starts_at: '2026-11-26T14:00:00+08:00',
  ends_at: '2026-11-26T15:00:00+08:00', state: 'draft', cancel_reason: null, sessions: [], roles: [], series_id: null, version: 3,
}

describe('an event in a form', () => {
  it('sends what somebody changed and nothing else', () => {
    const form = formOf(EVENT)
    expect(changesOf(form, EVENT)).toEqual({})
    expect(changesOf({ ...form, place: '二楼', fenced: true, latitude: 39.9, longitude: 116.4 }, EVENT)).toEqual({
      place: '二楼',
      geofence: { latitude: 39.9, longitude: 116.4, radius: 200 },
    })
    expect(changesOf({ ...form, ends: '2026-11-26 16:00:00' }, EVENT)).toEqual({ ends_at: '2026-11-26T16:00:00+08:00' })
  })

  it('is complete with a title, an end after its start, and a position where it asks for one', () => {
    const form = { ...blankForm('o', 'lecture'), title: '党课' }
    expect(isComplete(form)).toBe(true)
    expect(isComplete({ ...form, ends: form.starts })).toBe(false)
    expect(isComplete({ ...form, fenced: true })).toBe(false)
    expect(bodyOf(form)).toMatchObject({ level: null, geofence: null })
  })
})

describe('a version that only the ETag names', () => {
  it('is read although the edge has made it a weak one', async () => {
    writeTokens({ access_token: 'a', refresh_token: 'r' })
    vi.stubGlobal('fetch', async () => new Response('{"items":[]}', { status: 200, headers: { ETag: 'W/"7"' } }))
    const { version } = await askVersioned('get', '/api/v1/events/{event_id}/teams', { path: { event_id: 'e' } })
    expect(version).toBe('7')
  })
})
