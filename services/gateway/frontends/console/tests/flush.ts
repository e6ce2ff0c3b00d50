/** Wait until what was promised and what follows from it on the page is done. */
import { nextTick } from 'vue'

export async function flushPromises(): Promise<void> {
  await new Promise((done) => setTimeout(done))
  await nextTick()
}
