/** Names of organisations by id, asked once each, and the top of one's own part of the tree. */
import { shallowReactive } from 'vue'
import { ask, type Shape } from '@/api/request'
import { me } from './session'

export type Organisation = Shape<'PointsOrganisationOut'>

const known = shallowReactive(new Map<string, Organisation>())
const asked = new Set<string>()
const pending = new Set<Promise<unknown>>()

/** The organisation's name, as soon as it is known. */
export function placeName(id: string | null | undefined): string {
  if (!id) return '–'
  const found = known.get(id)
  if (!found) void fetchPlace(id).catch(() => undefined)
  return found?.name ?? '…'
}

export async function fetchPlace(id: string): Promise<Organisation | undefined> {
  if (known.has(id) || asked.has(id)) return known.get(id)
  asked.add(id)
  const answer = ask('get', '/api/v1/organisations/{organisation_id}', { path: { organisation_id: id } })
  pending.add(answer)
  try {
    const found = await answer
    known.set(id, found)
    return found
  } finally {
    pending.delete(answer)
  }
}

/** Wait until every name that was asked for is known, or cannot be. */
export const placesRead = (): Promise<unknown> => Promise.allSettled(pending)

export function keepPlaces(organisations: readonly Organisation[]): void {
  for (const organisation of organisations) known.set(organisation.id, organisation)
}

let top: { of: string; organisation: Promise<Organisation> } | null = null

/** The highest organisation that one of the person's offices is bound to; the own branch without one. */
export function ownTop(): Promise<Organisation> {
  const person = me.value
  if (!person) throw new Error('nobody is signed in')
  if (top?.of !== person.member_id) top = { of: person.member_id, organisation: findTop() }
  return top.organisation
}

async function findTop(): Promise<Organisation> {
  const person = me.value!
  const offices = person.roles.filter((grant) => grant.role !== 'member').map((grant) => grant.path)
  const path = offices.sort((a, b) => a.length - b.length)[0] ?? person.organisation.path
  const code = path.split('/').at(-2) ?? ''
  const { items } = await ask('get', '/api/v1/organisations', { query: { q: code, limit: 200 } })
  keepPlaces(items)
  const found = items.find((each) => each.path === path)
  if (found) return found
  return ask('get', '/api/v1/organisations/{organisation_id}', { path: { organisation_id: person.organisation.id } })
}
