/** What the app itself has to know of the categories of events. */

// Where everyone of an organisation, or its committee, is expected (应到): nobody asks for leave elsewhere.
const EXPECTED = ['branch_meeting', 'committee_meeting', 'group_meeting', 'lecture', 'theme_day', 'organisational_life']

export function asksForLeave(event: { category: string; tags: string[]; registration: unknown }): boolean {
  return !event.registration && [event.category, ...event.tags].some((kind) => EXPECTED.includes(kind))
}
