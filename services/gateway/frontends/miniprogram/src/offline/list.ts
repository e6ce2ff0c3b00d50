/** A list taken along to where there is no network, and finding people on it. */
import type { Answer } from '@api/paths'
import { sha256, utf8 } from './sha256'

export type OfflineList = Answer<'get', '/api/v1/events/{event_id}/offline-list'>
export type Listed = OfflineList['members'][number]

/** Those whom typed words may mean: first letters of the name, its first character, or all of it. */
export function find(list: OfflineList, typed: string): Listed[] {
  const words = typed.trim()
  if (!words) return []
  if (/^[a-z]+$/i.test(words)) return list.members.filter((one) => one.initials.startsWith(words.toLowerCase()))
  if ([...words].length === 1) return list.members.filter((one) => one.name.startsWith(words))
  // The list holds no full names: whoever knows one finds it by its hash.
  const hash = nameHash(list.salt, words)
  return list.members.filter((one) => one.name_hash === hash && one.name[0] === words[0])
}

/** Whose pass it is; null for one that the list does not know. */
export function ofPass(list: OfflineList, pass: string): Listed | null {
  const digest = sha256(utf8(pass)).slice(0, 16)
  return list.members.find((one) => one.pass_digest === digest) ?? null
}

export function nameHash(salt: string, name: string): string {
  const bytes = salt.replace(/-/g, '').match(/../g)!.map((pair) => Number.parseInt(pair, 16))
  return sha256(Uint8Array.from([...bytes, ...utf8(name)])).slice(0, 4)
}
