/** The app's words: Chinese first, English complete. Messages with values are functions. */
import { createI18n } from 'vue-i18n'
import en from './en'
import zh from './zh-CN'

export type Language = 'zh-CN' | 'en'

const KEY = 'suite.language'

export const i18n = createI18n({
  legacy: false,
  locale: preferred(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en },
})

export function language(): Language {
  return i18n.global.locale.value as Language
}

export function setLanguage(wanted: Language): void {
  i18n.global.locale.value = wanted
  uni.setStorageSync(KEY, wanted)
}

/** For words outside of components. */
export function translate(key: string, named: Record<string, unknown> = {}): string {
  return i18n.global.t(key, named)
}

function preferred(): Language {
  const stored: unknown = uni.getStorageSync(KEY)
  return stored === 'en' || stored === 'zh-CN' ? stored : 'zh-CN'
}
