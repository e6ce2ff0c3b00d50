/** Numbers, days and times as people read them: Shanghai's, wherever the phone is. */
import { language } from './locale'

const ZONE_MS = 8 * 3_600_000
const two = (value: number) => String(value).padStart(2, '0')

/** China has had one zone without summer time since 1991; WeChat's engine has no time zones. */
function shanghai(moment: string | Date): Date {
  return new Date(new Date(moment).getTime() + ZONE_MS)
}

export function clock(moment: string): string {
  const at = shanghai(moment)
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

const WEEKDAYS = { 'zh-CN': ['周日', '周一', '周二', '周三', '周四', '周五', '周六'], en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] }
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** "11月23日 周一" or "Mon 23 Nov". */
export function day(moment: string): string {
  const at = shanghai(moment)
  const weekday = WEEKDAYS[language()][at.getUTCDay()]
  return language() === 'en'
    ? `${weekday} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`
    : `${at.getUTCMonth() + 1}月${at.getUTCDate()}日 ${weekday}`
}

/** "11月23日 周一 09:00–10:30"; the second day too where it ends on another. */
export function span(from: string, until: string): string {
  const sameDay = dayKey(from) === dayKey(until)
  return `${day(from)} ${clock(from)}–${sameDay ? '' : `${day(until)} `}${clock(until)}`
}

/** "11月23日 周一 09:00" */
export function moment(at: string): string {
  return `${day(at)} ${clock(at)}`
}

/** "2026-11-23": a day's name in addresses. */
export function dayKey(moment: string | Date): string {
  return shanghai(moment).toISOString().slice(0, 10)
}

/** This moment's periods as the boards name them. */
export function periods(now = new Date()): { month: string; quarter: string; year: string } {
  const [year, month] = dayKey(now).split('-') as [string, string]
  return { month: `${year}-${month}`, quarter: `${year}-Q${Math.ceil(Number(month) / 3)}`, year }
}

export const signed = (points: number): string => (points > 0 ? `+${points}` : String(points))

/** The moment that a day and a time of Shanghai's name: "2026-11-23", "09:00". */
export const momentOf = (dayName: string, time: string): string => `${dayName}T${time}:00+08:00`

/** "2026年11月" or "Nov 2026". */
export function monthName(month: string): string {
  const [year, number] = [month.slice(0, 4), Number(month.slice(5))]
  return language() === 'en' ? `${MONTHS[number - 1]} ${year}` : `${year}年${number}月`
}
