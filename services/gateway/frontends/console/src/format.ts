/** Numbers, days and times as people read them: Shanghai's, wherever the desk is. */
import { language } from './locale'

const ZONE = 'Asia/Shanghai'

function formatted(moment: string, options: Intl.DateTimeFormatOptions): string {
  const locale = language.value === 'en' ? 'en-GB' : 'zh-CN'
  return new Intl.DateTimeFormat(locale, { timeZone: ZONE, ...options }).format(new Date(moment))
}

export function time(moment: string | null | undefined): string {
  return moment
    ? formatted(moment, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false })
    : '–'
}

export function clock(moment: string): string {
  return formatted(moment, { hour: '2-digit', minute: '2-digit', hour12: false })
}

/** "2026-11-23" of a moment or a day, in Shanghai. */
export function dayKey(moment: string | Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(new Date(moment))
}

export const today = (): string => dayKey(new Date())
export const thisYear = (): number => Number(today().slice(0, 4))

export function span(from: string, until: string): string {
  return dayKey(from) === dayKey(until) ? `${time(from)}–${clock(until)}` : `${time(from)} – ${time(until)}`
}

/** A moment as date pickers take it, and back: they know no zones, so the clock is Shanghai's by our word. */
export const toPicker = (moment: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' }).format(new Date(moment))
export const fromPicker = (text: string): string => `${text.replace(' ', 'T')}+08:00`

export const signed = (points: number): string => (points > 0 ? `+${points}` : String(points))
export const count = (number: number): string => number.toLocaleString(language.value)

/** How long, in its largest unit: "5 分钟". */
export function age(seconds: number): string {
  const [unit, size] = ([['day', 86_400], ['hour', 3600], ['minute', 60]] as const).find(([, size]) => seconds >= size) ?? (['second', 1] as const)
  return new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(Math.floor(seconds / size))
}
