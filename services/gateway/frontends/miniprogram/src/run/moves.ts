/** What whoever runs an event can do with it next. The server has the last word. */
export type Move = 'publish' | 'open' | 'close'

interface Event {
  state: string
  sessions: { opens_at: string; closes_at: string }[]
}

/** The next steps of an event, the likeliest first. */
export function movesOf(event: Event, now: Date): Move[] {
  if (event.state === 'draft') return ['publish']
  // Check-in opens by itself; opening by hand is for people who come before that.
  const early = event.sessions.every((session) => new Date(session.opens_at) > now)
  if (event.state === 'published') return early ? ['open'] : ['close']
  return event.state === 'open' ? ['close'] : []
}

/** The session that is on, or else the next one, or else the last. */
export function sessionNow<S extends { opens_at: string; closes_at: string }>(sessions: readonly S[], now: Date): S | null {
  return sessions.find((session) => new Date(session.closes_at) > now) ?? sessions[sessions.length - 1] ?? null
}
