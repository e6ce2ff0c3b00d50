/** Lists taken along, and what was noted on them: on the phone until the suite has answered. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { newId } from '@api/ids'
import type { Answer, BodyOf } from '@api/paths'
import { asProblem } from '@api/problem'
import { ask } from '@/api/request'
import { device } from '@/check-in/kept'
import type { OfflineList } from '@/offline/list'

type Body = BodyOf<'post', '/api/v1/events/{event_id}/offline-check-ins'>
type Told = Answer<'post', '/api/v1/events/{event_id}/offline-check-ins'>['items'][number]

export type Mark = Body['marks'][number] & { name: string }
export interface Taken {
  list: OfflineList
  marks: Mark[]
  /** What the suite refused, for the desk to put right by name. */
  refused: { name: string; detail: string }[]
}

const KEY = 'suite.offline.'

export const useOffline = defineStore('offline', () => {
  const eventId = ref('')
  const taken = shallowRef<Taken | null>(null)
  const sending = ref(false)
  const message = ref('')
  const inside = computed(() => new Set(taken.value?.marks.filter((mark) => mark.direction === 'in').map((mark) => mark.member_id ?? mark.pass)))

  function use(id: string): void {
    eventId.value = id
    taken.value = read(id)
    message.value = ''
  }

  /** Take the list along; what was noted on an earlier one is sent first, for it goes with that one. */
  async function take(): Promise<void> {
    if (taken.value?.marks.length && !(await send())) return
    message.value = ''
    try {
      const list = await ask('get', '/api/v1/events/{event_id}/offline-list', { path: { event_id: eventId.value }, query: { device: device() } })
      keep(eventId.value, { list, marks: [], refused: taken.value?.refused ?? [] })
    } catch (error) {
      message.value = asProblem(error).detail
    }
  }

  /** Note somebody; twice the same direction is once. */
  function note(who: { member_id: string } | { pass: string }, name: string): void {
    const known = taken.value
    if (!known) return
    const id = 'member_id' in who ? who.member_id : who.pass
    if (inside.value.has(id)) return
    const mark: Mark = { ...who, name, client_ref: newId(), direction: 'in', at: new Date().toISOString() }
    keep(eventId.value, { ...known, marks: [...known.marks, mark] })
  }

  function unnote(client_ref: string): void {
    const known = taken.value
    if (known) keep(eventId.value, { ...known, marks: known.marks.filter((mark) => mark.client_ref !== client_ref) })
  }

  /** Tell what was noted at an event; whether all of it was answered. It may be sent again without harm. */
  async function send(id = eventId.value): Promise<boolean> {
    const known = read(id)
    if (!known?.marks.length) return true
    if (sending.value) return false
    sending.value = true
    message.value = ''
    try {
      const marks = known.marks.map(({ name: _, ...mark }) => mark)
      const body = { list_token: known.list.list_token, device: device(), device_now: new Date().toISOString(), marks }
      const { items } = await ask('post', '/api/v1/events/{event_id}/offline-check-ins', { path: { event_id: id }, body })
      settle(id, items)
      return true
    } catch (error) {
      message.value = asProblem(error).detail
      return false
    } finally {
      sending.value = false
    }
  }

  /** Forget what was answered; what was noted meanwhile stays. */
  function settle(id: string, items: Told[]): void {
    const known = read(id)
    if (!known) return
    const answers = new Map(items.map((item) => [item.client_ref, item]))
    const refused = known.marks.flatMap((mark) => {
      const answer = answers.get(mark.client_ref)
      return answer?.outcome === 'refused' ? [{ name: mark.name, detail: answer.detail ?? '' }] : []
    })
    keep(id, { ...known, marks: known.marks.filter((mark) => !answers.has(mark.client_ref)), refused: [...known.refused, ...refused] })
  }

  function keep(id: string, wanted: Taken): void {
    uni.setStorageSync(KEY + id, wanted)
    if (id === eventId.value) taken.value = wanted
  }

  /** Tell what was noted at any event: when the app starts, and when there is a network again. */
  async function sendAll(): Promise<void> {
    const keys = uni.getStorageInfoSync().keys.filter((key) => key.startsWith(KEY))
    for (const key of keys) await send(key.slice(KEY.length))
  }

  function follow(): void {
    uni.onNetworkStatusChange(({ isConnected }) => {
      if (isConnected) void sendAll()
    })
    void sendAll()
  }

  /** The list and all on it, once everything was told. */
  function drop(): void {
    uni.removeStorageSync(KEY + eventId.value)
    taken.value = null
  }

  return { taken, inside, sending, message, use, take, note, unnote, send, sendAll, follow, drop }
})

function read(id: string): Taken | null {
  const stored: unknown = uni.getStorageSync(KEY + id)
  return typeof stored === 'object' && stored !== null ? (stored as Taken) : null
}
