/** A new event out of a few taps: a category, a day, a time, a length. */
import type { BodyOf } from '@api/paths'
import { dayKey, momentOf } from '@/format'

export type EventBody = BodyOf<'post', '/api/v1/events'>

export interface Draft {
  category: string
  organisation: string
  title: string
  place: string
  day: string
  time: string
  minutes: number
  /** Seats, where people register; empty for as many as come. */
  seats: string
  registers: boolean
}

export const LENGTHS = [60, 90, 120, 180, 240, 480] as const

/** What an event is begun with: tomorrow at nine, two hours, where the last one was. */
export function blank(place: string, now = new Date()): Draft {
  const tomorrow = dayKey(new Date(now.getTime() + 86_400_000))
  return { category: '', organisation: '', title: '', place, day: tomorrow, time: '09:00', minutes: 120, seats: '', registers: false }
}

export function bodyOf(draft: Draft): EventBody {
  const starts = momentOf(draft.day, draft.time)
  return {
    category: draft.category as EventBody['category'],
    organisation_id: draft.organisation,
    title: draft.title.trim(),
    place: draft.place.trim(),
    starts_at: starts,
    ends_at: new Date(Date.parse(starts) + draft.minutes * 60_000).toISOString(),
  }
}

/** Seats as the registration's terms take them: null for no limit. */
export function seatsOf(draft: Draft): number | null {
  const typed = Number.parseInt(draft.seats, 10)
  return Number.isFinite(typed) && typed > 0 ? typed : null
}
