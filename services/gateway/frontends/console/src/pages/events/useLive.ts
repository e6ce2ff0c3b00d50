/** An event's figures as they change, by a stream that is opened again whenever it breaks off. */
import { onMounted, onUnmounted, ref, shallowRef } from 'vue'
import { ask } from '@/api/request'

export interface Figures {
  present: number
  expected: number | null
  sessions: { session_id: string; title: string; present: number; left: number }[]
}

const AGAIN_MS = 3000

/** `onMoved` is called when somebody came or was taken back. */
export function useLive(event_id: string, onMoved: () => void) {
  const figures = shallowRef<Figures | null>(null)
  const live = ref(false)
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false

  async function watchIt(): Promise<void> {
    try {
      const { url } = await ask('post', '/api/v1/events/{event_id}/live-tickets', { path: { event_id } })
      if (gone) return
      source = new EventSource(url)
      source.onmessage = (message: MessageEvent<string>) => {
        const now = JSON.parse(message.data) as Figures
        const moved = figures.value?.present !== now.present
        live.value = true
        figures.value = now
        if (moved) onMoved()
      }
      // A ticket lives for a while only: a new one is asked for, not the old one again.
      source.onerror = again
    } catch {
      again()
    }
  }

  function again(): void {
    source?.close()
    live.value = false
    clearTimeout(timer)
    if (!gone) timer = setTimeout(watchIt, AGAIN_MS)
  }

  onMounted(watchIt)
  onUnmounted(() => {
    gone = true
    clearTimeout(timer)
    source?.close()
  })
  return { figures, live }
}
