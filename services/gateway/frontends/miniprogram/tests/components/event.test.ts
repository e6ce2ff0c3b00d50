import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { writeTokens } from '@/api/tokens'
import AppState from '@/components/AppState.vue'
import EventLeave from '@/components/EventLeave.vue'
import EventSeat from '@/components/EventSeat.vue'
import { i18n } from '@/locale'
import { network } from '../network'

const global = { plugins: [i18n], components: { AppState } }
const settings = { required: true, capacity: 1, opens_at: null, closes_at: null, cancel_until: null, reply_hours: null }
const own = { id: 'r', event_id: 'e1', member_id: 'm', asked_at: '', ended_at: null, end_reason: null, place: null, reply_by: null, state: 'registered' }
const event = { id: 'e1', state: 'published', starts_at: new Date(Date.now() + 86_400_000).toISOString() }

beforeEach(() => {
  setActivePinia(createPinia())
  writeTokens({ access_token: 'a', refresh_token: 'r' })
  uni.pageScrollTo = vi.fn() as never
})

function answered(confirm: boolean): void {
  uni.showModal = (({ success }: { success: (answer: { confirm: boolean }) => void }) => success({ confirm })) as never
}

describe('the own seat on the page of an event', () => {
  const seat = (more: object) => ({ settings, own: null, seated: 0, seats_left: 1, waiting: 0, ...more })
  const shown = () => mount(EventSeat, { props: { event: event as never }, global })

  it('is taken with one tap and then shown as taken', async () => {
    let taken = false
    const asked = network({
      'GET /events/e1/registration': () => seat(taken ? { own, seats_left: 0 } : {}),
      'POST /events/e1/registrations': () => {
        taken = true
        return own
      },
    })
    const page = shown()
    await flushPromises()
    await page.find('wd-button').trigger('click')
    await flushPromises()
    expect(asked.map((one) => one.method)).toEqual(['GET', 'POST', 'GET'])
    expect(page.text()).toContain('已报名')
  })

  it('is given up only by whoever is sure', async () => {
    const asked = network({ 'GET /events/e1/registration': () => seat({ own }), 'DELETE /events/e1/registrations': () => own })
    const page = shown()
    await flushPromises()
    answered(false)
    await page.find('wd-button').trigger('click')
    await flushPromises()
    expect(asked.map((one) => one.method)).toEqual(['GET'])
    answered(true)
    await page.find('wd-button').trigger('click')
    await flushPromises()
    expect(asked.map((one) => one.method)).toEqual(['GET', 'DELETE', 'GET'])
  })

  it('says why it was refused, and shows how things stand now', async () => {
    let full = false
    network({
      'GET /events/e1/registration': () => seat(full ? { seats_left: 0, waiting: 2 } : {}),
      'POST /events/e1/registrations': () => {
        full = true
        return 409
      },
    })
    const page = shown()
    await flushPromises()
    await page.find('wd-button').trigger('click')
    await flushPromises()
    expect(page.find('[role=alert]').text()).toBe('detail 409')
    expect(page.text()).toContain('排队候补')
  })
})

describe('leave on the page of an event', () => {
  const shown = (over = false) => mount(EventLeave, { props: { eventId: 'e1', over }, global })
  const leave = { event_id: 'e1', member_id: 'm', reason: '出差', state: 'asked', asked_at: '', asked_by: 'm', decided_at: null, decided_by: null, decision_reason: null }

  it('is asked for with a reason', async () => {
    let sent: unknown = null
    network({
      'GET /events/e1/leave': () => (sent ? leave : ''),
      'POST /events/e1/leave': ({ body }) => {
        sent = body
        return leave
      },
    })
    const page = shown()
    await flushPromises()
    await page.find('wd-button').trigger('click')
    await page.find('textarea').setValue(' 出差 ')
    await page.find('wd-button').trigger('click')
    await flushPromises()
    expect(sent).toEqual({ reason: '出差' })
    expect(page.text()).toContain('已提交，等待批准')
    expect(page.text()).toContain('撤回请假')
  })

  it('shows what was decided, and lets nothing be done once the event is over', async () => {
    network({ 'GET /events/e1/leave': () => ({ ...leave, state: 'declined', decision_reason: '必须参加' }) })
    const page = shown(true)
    await flushPromises()
    expect(page.text()).toContain('必须参加')
    expect(page.findAll('wd-button')).toHaveLength(0)
  })

  it('is no subject at an event that is over and was attended', async () => {
    network({ 'GET /events/e1/leave': () => '' })
    const page = shown(true)
    await flushPromises()
    expect(page.text()).toBe('')
  })
})
