/** What a rule of the branch calendar asks, in words. */
import { nameOf, words } from '@/locale'
import { categoryName } from '../events/categories'

export type Figure = boolean | number | string | readonly string[]

export const figureName = (name: string): string => (words.value.planning.rules.figures as Readonly<Record<string, string>>)[name] ?? name

/** The names of a rule's figures, in the order in which people read them. */
export const namesOf = (figures: Readonly<Record<string, unknown>>): string[] => {
  const order = Object.keys(words.value.planning.rules.figures)
  return Object.keys(figures).sort((a, b) => order.indexOf(a) - order.indexOf(b))
}

/** One value as people say it. */
export function figureValue(name: string, value: Figure): string {
  const { act, planning } = words.value
  if (typeof value === 'boolean') return value ? act.yes : act.no
  if (name === 'period') return (planning.rules.periods as Readonly<Record<string, string>>)[String(value)] ?? String(value)
  if (name === 'categories') return (value as readonly string[]).map(categoryName).join('、')
  if (name === 'not_asked') return (value as readonly string[]).map((each) => nameOf('memberStatus', each)).join('、')
  return String(value)
}

export const figuresInWords = (figures: Readonly<Record<string, unknown>>): string =>
  namesOf(figures)
    .map((name) => `${figureName(name)} ${figureValue(name, figures[name] as Figure)}`)
    .join(' · ')
