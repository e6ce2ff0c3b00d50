/** The console's words: Chinese first, English complete. `words.value.rules.title` */
import { computed, ref, watchEffect } from 'vue'
import { speak } from './pairs'
import { common } from './common'
import { accounts } from './accounts'
import { codes } from './codes'
import { events } from './events'
import { parts } from './parts'
import { people } from './people'
import { planning } from './planning'
import { queues } from './queues'
import { rules } from './rules'
import { running } from './running'
import { system } from './system'

export type Language = 'zh-CN' | 'en'

const KEY = 'console.language'
const ALL = { ...common, codes, rules, people, queues, events, parts, planning, system, accounts, running }
const SPOKEN = { 'zh-CN': speak(ALL, 0), en: speak(ALL, 1) }

export const language = ref<Language>(localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN')
export const words = computed(() => SPOKEN[language.value])

export function setLanguage(wanted: Language): void {
  language.value = wanted
  localStorage.setItem(KEY, wanted)
}

watchEffect(() => {
  document.documentElement.lang = language.value
})

/** The name of a code that a service answers; the code itself where a service has learnt a new one. */
export function nameOf(group: keyof typeof codes, code: string | null | undefined): string {
  if (!code) return '–'
  return (words.value.codes[group] as Readonly<Record<string, string>>)[code] ?? code
}

/** In the language of the page, of something that has a name in both. */
export function inLanguage(thing: { name_zh: string; name_en: string }): string {
  return language.value === 'en' ? thing.name_en : thing.name_zh
}
