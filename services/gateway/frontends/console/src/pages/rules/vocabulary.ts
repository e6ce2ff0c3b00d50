/** The words rules are made of, asked once a language, and what a rule says in them. */
import { shallowRef, watch } from 'vue'
import { ask, type Shape } from '@/api/request'
import { inLanguage, language, words } from '@/locale'

export type Vocabulary = Shape<'WordsOut'>
export type RuleShown = Shape<'RuleShownOut'>
export type RuleSet = Shape<'RuleSetOut'>
type List = Exclude<keyof Vocabulary, 'values'>

const vocabulary = shallowRef<Vocabulary | null>(null)
let askedIn = ''

export function useVocabulary() {
  watch(
    language,
    async (now) => {
      if (askedIn === now) return
      askedIn = now
      try {
        vocabulary.value = await ask('get', '/api/v1/rules/words')
      } catch {
        // Codes are shown until somebody asks again.
        askedIn = ''
      }
    },
    { immediate: true },
  )
  return vocabulary
}

export function word(list: List, code: string): string {
  return vocabulary.value?.[list].find((each) => each.code === code)?.name ?? code
}

export const listed = (list: List, codes: readonly string[]): string =>
  codes.map((code) => word(list, code)).join(language.value === 'en' ? ', ' : '、')

export const gives = (rule: RuleShown): string => (language.value === 'en' ? rule.words_en : rule.words_zh) ?? ''

export function capsInWords(caps: readonly Shape<'CapSchema'>[] | undefined): string {
  if (!caps?.length) return words.value.rules.noCap
  return caps.map((cap) => `${word('periods', cap.per)} ${cap.points}`).join(language.value === 'en' ? ', ' : '，')
}

export interface Line {
  title: string
  field: string
  before: string
  after: string
}

/** What changes, in words: one line for each field of each rule, or for a rule that comes or goes. */
export function inWords(changes: readonly Shape<'ChangeOut'>[], before: RuleSet | null, after: RuleSet): Line[] {
  const old = new Map(before?.rules.map((rule) => [rule.code, rule]))
  const now = new Map(after.rules.map((rule) => [rule.code, rule]))
  const lines: Line[] = []
  const whole = new Set<string>()
  for (const change of changes) {
    const [was, is] = [old.get(change.rule ?? ''), now.get(change.rule ?? '')]
    if (change.rule && (!was || !is)) {
      if (whole.has(change.rule)) continue
      whole.add(change.rule)
      const rule = (is ?? was)!
      const said = `${gives(rule)}；${capsInWords(rule.caps)}`
      const field = is ? words.value.rules.added : words.value.rules.removed
      lines.push({ title: `${rule.code} ${inLanguage(rule)}`, field, before: is ? '' : said, after: is ? said : '' })
    } else {
      const named = (words.value.rules.fields as Readonly<Record<string, string>>)[change.field]
      if (!named) continue
      lines.push({
        title: is ? `${is.code} ${inLanguage(is)}` : words.value.rules.limits,
        field: named,
        before: was && change.field === 'value' ? gives(was) : said(change.field, change.before),
        after: is && change.field === 'value' ? gives(is) : said(change.field, change.after),
      })
    }
  }
  return lines
}

function said(field: string, value: unknown): string {
  if (value === null || value === undefined) return words.value.rules.none
  if (field === 'caps') return capsInWords(value as Shape<'CapSchema'>[])
  if (field === 'trigger') return listed('triggers', value as string[])
  if (field === 'kinds') return listed('kinds', value as string[])
  if (field === 'category') return word('categories', String(value))
  if (field === 'role') return word('roles', String(value))
  if (field === 'category_caps') {
    return Object.entries(value as Record<string, number>)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([category, points]) => `${word('categories', category)} ${points}`)
      .join('，')
  }
  return String(value)
}
