/** How this phone shows the app: language, type size, light or dark. Kept on the phone alone. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { language, setLanguage, type Language } from '@/locale'

export type Look = 'system' | 'light' | 'dark'

const KEY = 'suite.preferences'

interface Stored {
  large: boolean
  look: Look
}

export const usePreferences = defineStore('preferences', () => {
  const stored = read()
  const large = ref(stored.large)
  const look = ref<Look>(stored.look)
  const systemDark = ref(uni.getSystemInfoSync().osTheme === 'dark')

  const dark = computed(() => look.value === 'dark' || (look.value === 'system' && systemDark.value))
  /** The classes every page's outermost view carries. */
  const theme = computed(() => ['theme', large.value && 'large', dark.value && 'dark'].filter(Boolean).join(' '))

  function setLarge(wanted: boolean): void {
    large.value = wanted
    keep()
  }

  function setLook(wanted: Look): void {
    look.value = wanted
    keep()
  }

  function keep(): void {
    uni.setStorageSync(KEY, { large: large.value, look: look.value } satisfies Stored)
  }

  /** Follow the phone when it turns dark in the evening. */
  function follow(): void {
    uni.onThemeChange(({ theme: wanted }) => {
      systemDark.value = wanted === 'dark'
    })
  }

  return { large, look, dark, theme, language, setLarge, setLook, setLanguage: (wanted: Language) => setLanguage(wanted), follow }
})

function read(): Stored {
  const stored = uni.getStorageSync(KEY) as Partial<Stored> | ''
  return {
    large: Boolean(stored && stored.large),
    look: (stored && stored.look) || 'system',
  }
}
