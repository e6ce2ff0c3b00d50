/** The categories of events, asked once a language. */
import { shallowRef, watch } from 'vue'
import { ask, type Shape } from '@/api/request'
import { language } from '@/locale'

const categories = shallowRef<Shape<'CategoryOut'>[]>([])
let askedIn = ''

export function useCategories() {
  watch(
    language,
    async (now) => {
      if (askedIn === now) return
      askedIn = now
      const answer = await ask('get', '/api/v1/event-categories').catch(() => null)
      if (answer) categories.value = answer.items
      else askedIn = ''
    },
    { immediate: true },
  )
  return categories
}

export const categoryName = (code: string): string => categories.value.find((each) => each.code === code)?.name ?? code
export const categoryOptions = (): Record<string, string> => Object.fromEntries(categories.value.map((each) => [each.code, each.name]))
