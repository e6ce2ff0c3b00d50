/** What the first page shows, out of its one answer; a part whose service is away is null. */
import type { Answer } from '@api/paths'
import { dayKey } from '@/format'

export type Home = Answer<'get', '/api/v1/me/home'>
export type Event = Answer<'get', '/api/v1/events'>['items'][number]
type Registrations = Answer<'get', '/api/v1/me/registrations'>
type Claims = Answer<'get', '/api/v1/claims'>
type Points = Answer<'get', '/api/v1/me/points'>
type Ledger = Answer<'get', '/api/v1/me/ledger'>

/** Something that waits for the member. */
export type Due =
  | { kind: 'offer'; id: string; title: string; by: string | null }
  | { kind: 'claim'; id: string; title: string }

/** Today's events; and the next one where none of today's is still to come. */
export function eventsOf(home: Home, now: Date): { today: Event[]; next: Event | null } | null {
  const listed = home.events as { items: Event[] } | null
  if (!listed) return null
  const shown = listed.items.filter((event) => event.state !== 'draft')
  const key = dayKey(now)
  const today = shown.filter((event) => dayKey(event.starts_at) <= key)
  const coming = today.some((event) => new Date(event.ends_at) > now && event.state !== 'cancelled')
  const later = shown.filter((event) => dayKey(event.starts_at) > key && event.state !== 'cancelled')
  return { today, next: coming ? null : (later[0] ?? null) }
}

export function dueOf(home: Home): Due[] {
  const registrations = (home.registrations as Registrations | null)?.items ?? []
  const claims = (home.returned as Claims | null)?.items ?? []
  return [
    ...registrations
      .filter((one) => one.state === 'offered')
      .map((one) => ({ kind: 'offer' as const, id: one.event_id, title: one.event_title, by: one.reply_by })),
    ...claims.map((one) => ({ kind: 'claim' as const, id: one.id, title: one.title })),
  ]
}

export const pointsOf = (home: Home): Points | null => home.points as Points | null

export const lastOf = (home: Home): Ledger['items'][number] | null => (home.last as Ledger | null)?.items[0] ?? null
