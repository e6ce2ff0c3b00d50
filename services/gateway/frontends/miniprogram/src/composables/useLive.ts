/** How many are there, as it changes: streamed where there is EventSource, else asked for. */
import { onScopeDispose, ref, shallowRef } from 'vue'
import { ask } from '@/api/request'

export interface Figures {
  present: number
  expected: number | null
}

const ORIGIN: string = import.meta.env.VITE_API_ORIGIN ?? ''
const EVERY_MS = 5_000

export function useLive(eventId: () => string) {
  const figures = shallowRef<Figures | null>(null)
  /** Whether what is shown is of this moment. */
  const live = ref(false)
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let on = false

  async function start(): Promise<void> {
    stop()
    on = true
    if (typeof EventSource === 'undefined') return poll()
    try {
      const { url } = await ask('post', '/api/v1/events/{event_id}/live-tickets', { path: { event_id: eventId() } })
      if (on) watch(url)
    } catch {
      if (on) await poll()
    }
  }

  function watch(url: string): void {
    source = new EventSource(`${ORIGIN}${url}`)
    source.onmessage = ({ data }) => {
      figures.value = JSON.parse(String(data)) as Figures
      live.value = true
    }
    source.onerror = () => {
      live.value = false
      // It connects again by itself; closed for good, it wants a new ticket.
      if (source?.readyState === 2) timer = setTimeout(() => void start(), EVERY_MS)
    }
  }

  async function poll(): Promise<void> {
    try {
      const { present, expected } = await ask('get', '/api/v1/events/{event_id}/attendance', {
        path: { event_id: eventId() },
        query: { limit: 1 },
      })
      figures.value = { present, expected }
      live.value = true
    } catch {
      live.value = false
    }
    if (on) timer = setTimeout(() => void poll(), EVERY_MS)
  }

  function stop(): void {
    on = false
    source?.close()
    source = null
    clearTimeout(timer)
  }

  onScopeDispose(stop)
  return { figures, live, start, stop }
}
