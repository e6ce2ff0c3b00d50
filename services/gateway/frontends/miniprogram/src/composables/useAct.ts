/** Something that a tap does: what runs, and what to say of it when it was refused. */
import { ref } from 'vue'
import { asProblem } from '@api/problem'

export function useAct() {
  /** The name of what runs, or nothing. */
  const busy = ref('')
  const message = ref('')

  /** Do it, unless something runs already; whether it was done. */
  async function act(name: string, what: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = name
    message.value = ''
    try {
      await what()
      return true
    } catch (error) {
      message.value = asProblem(error).detail
      // It is said above everything else; whoever tapped at the foot of a page would not see it.
      uni.pageScrollTo({ scrollTop: 0, duration: 200 })
      return false
    } finally {
      busy.value = ''
    }
  }

  return { busy, message, act }
}
