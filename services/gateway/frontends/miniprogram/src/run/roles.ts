/** Who runs events: offices of the organisations above, and parts in an event. */
import type { Me } from '@/stores/session'

interface Event {
  roles: { member_id: string; role: string }[]
}

// As the categories name them; the server says which office makes which category where.
const OFFICES = ['branch_secretary', 'committee_member', 'group_leader', 'unit_admin', 'city_admin', 'organiser']

/** Whether somebody may make events anywhere. */
export function runsAnything(me: Pick<Me, 'roles'>): boolean {
  return me.roles.some(({ role }) => OFFICES.includes(role))
}

/** Whether to show the way to running an event; whether it leads there is for the server to say. */
export function runsEvent(me: Pick<Me, 'roles' | 'member_id'>, event: Event): boolean {
  return runsAnything(me) || event.roles.some((part) => part.member_id === me.member_id && part.role === 'organiser')
}

/** The organisations that somebody may make events of a category in, widest last. */
export function placesToMake(me: Pick<Me, 'roles'>, makers: readonly string[]): string[] {
  const paths = me.roles.filter(({ role }) => makers.includes(role)).map(({ path }) => path)
  return [...new Set(paths)].sort((one, other) => other.length - one.length)
}
