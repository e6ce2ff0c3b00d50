/** What the app itself has to know of events. */

// Where everyone of an organisation, or its committee, is expected (应到): nobody asks for leave elsewhere.
const EXPECTED = ['branch_meeting', 'committee_meeting', 'group_meeting', 'lecture', 'theme_day', 'organisational_life']

export function asksForLeave(event: { category: string; tags: string[]; registration: unknown }): boolean {
  return !event.registration && [event.category, ...event.tags].some((kind) => EXPECTED.includes(kind))
}

/** An event's state as people see it: check-in opens, and an event ends, without anybody's doing. */
export function stateNow(event: { state: string; ends_at: string; sessions: { opens_at: string; closes_at: string }[] }, now = new Date()): string {
  if (event.state !== 'published' && event.state !== 'open') return event.state
  const inWindow = event.sessions.some((session) => new Date(session.opens_at) <= now && now <= new Date(session.closes_at))
  if (inWindow) return 'open'
  const over = new Date(event.ends_at) < now && event.sessions.every((session) => new Date(session.closes_at) < now)
  return over ? 'over' : event.state
}
