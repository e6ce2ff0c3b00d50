/** The three services as those who keep them running see them. */
import { ask, type Shape } from '@/api/request'
import { asProblem, type Problem } from '@api/problem'
import { age } from '@/format'
import { words } from '@/locale'

export type Service = 'points' | 'events' | 'account'
export type Messages = Shape<'MessagesOut'>
export const SERVICES: readonly Service[] = ['points', 'events', 'account']
/** Longer than this nothing waits while all is well: messages travel in tenths of a second. */
const BEHIND_SECONDS = 60

export const messagesOf = {
  points: '/api/v1/points-messages',
  events: '/api/v1/event-messages',
  account: '/api/v1/account-messages',
} as const
export const retentionOf = {
  points: '/api/v1/points-retention',
  events: '/api/v1/event-retention',
  account: '/api/v1/account-retention',
} as const

/** What a service answered, or why it did not: one that is away must not hide the others. */
export interface Heard {
  service: Service
  told: Messages | null
  problem: Problem | null
}

export async function hear(service: Service): Promise<Heard> {
  try {
    return { service, told: await ask('get', messagesOf[service]), problem: null }
  } catch (error) {
    return { service, told: null, problem: asProblem(error) }
  }
}

/** "roster → boards" in words, of "boards:roster". */
export function readerName(consumer: string): string {
  const [group = '', stream = ''] = consumer.split(':')
  const { streams, groups } = words.value.running
  const named = (names: Readonly<Record<string, string>>, code: string): string => names[code] ?? code
  return `${named(streams, stream)} → ${named(groups, group)}`
}

export const lettersWaiting = (told: Messages, consumer = ''): number =>
  told.dead_letters.filter((each) => !consumer || each.consumer === consumer).reduce((sum, each) => sum + each.waiting, 0)

/** What somebody should look at, in sentences; nothing if all is well. */
export function findingsOf({ told, problem }: Heard): string[] {
  const { findings } = words.value.running
  if (!told) return [problem?.detail ?? findings.away]
  const found: string[] = []
  const letters = lettersWaiting(told)
  if (letters) found.push(findings.letters(letters))
  if (!told.readers) found.push(findings.noRedis)
  const silent = (told.readers ?? []).filter((reader) => !reader.is_reading)
  if (silent.length) found.push(findings.silent(silent.map((reader) => readerName(reader.consumer)).join('，')))
  const oldest = Math.max(told.outbox.oldest_seconds ?? 0, ...(told.readers ?? []).map((reader) => reader.oldest_seconds ?? 0))
  if (oldest > BEHIND_SECONDS) found.push(findings.behind(age(oldest)))
  return found
}
