/** What an import did, in words. */
import { language, words } from '@/locale'

export function summaryInWords(summary: Readonly<Record<string, unknown>>): string {
  const names = words.value.system.upload.counts as Readonly<Record<string, string>>
  return Object.entries(summary)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `${names[name] ?? name} ${String(value)}`)
    .join(language.value === 'en' ? ', ' : '，')
}
