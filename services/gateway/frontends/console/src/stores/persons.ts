/** Names of people by id, asked once each; whom one may not see stays unnamed. */
import { shallowReactive } from 'vue'
import { ask } from '@/api/request'
import { me } from './session'

const names = shallowReactive(new Map<string, string>())

export function personName(id: string | null | undefined): string {
  if (!id) return '–'
  if (id === me.value?.member_id) return me.value.name
  const known = names.get(id)
  if (known !== undefined) return known
  // The preset's own authors are no members.
  if (id.startsWith('00000000-')) return '–'
  names.set(id, '…')
  void ask('get', '/api/v1/members/{member_id}', { path: { member_id: id } }).then(
    (member) => names.set(id, member.name),
    () => names.set(id, '–'),
  )
  return '…'
}
