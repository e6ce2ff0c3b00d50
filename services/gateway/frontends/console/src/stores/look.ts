/** Light or dark, kept for the next time; the system's choice until somebody says otherwise. */
import { ref, watchEffect } from 'vue'

const KEY = 'console.dark'

const stored = localStorage.getItem(KEY)
export const dark = ref(stored === null ? matchMedia('(prefers-color-scheme: dark)').matches : stored === '1')

export function setDark(wanted: boolean): void {
  dark.value = wanted
  localStorage.setItem(KEY, wanted ? '1' : '0')
}

watchEffect(() => {
  document.documentElement.classList.toggle('dark', dark.value)
})
