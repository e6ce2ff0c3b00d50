/** What a member is told about the own seat at an event, and what can be done about it. */
import type { Answer } from '@api/paths'

export type Registration = Answer<'get', '/api/v1/events/{event_id}/registration'>

export type Step = 'register' | 'wait' | 'accept' | 'decline' | 'leaveList' | 'cancel'

export interface Standing {
  /** The message that says it: a key below `registration.is`. */
  says: 'open' | 'full' | 'waiting' | 'offered' | 'registered' | 'notYet' | 'over'
  steps: Step[]
}

/** Null where the event asks for no registration. The server has the last word on every step. */
export function standingOf(registration: Registration, event: { state: string; starts_at: string }, now: Date): Standing | null {
  const { settings, own } = registration
  if (!settings) return null
  const running = event.state === 'published' || event.state === 'open'
  if (own?.state === 'offered') return { says: 'offered', steps: running ? ['accept', 'decline'] : [] }
  if (own?.state === 'waiting') return { says: 'waiting', steps: running ? ['leaveList'] : [] }
  if (own?.state === 'registered') {
    const until = settings.cancel_until ?? event.starts_at
    return { says: 'registered', steps: running && now < new Date(until) ? ['cancel'] : [] }
  }
  if (!running || now >= new Date(settings.closes_at ?? event.starts_at) || now >= new Date(event.starts_at)) {
    return { says: 'over', steps: [] }
  }
  if (settings.opens_at && now < new Date(settings.opens_at)) return { says: 'notYet', steps: [] }
  return registration.seats_left === 0 ? { says: 'full', steps: ['wait'] } : { says: 'open', steps: ['register'] }
}
