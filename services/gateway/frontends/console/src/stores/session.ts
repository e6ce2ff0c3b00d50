/** Who is signed in, what they may do, and signing in and out. */
import { computed, ref } from 'vue'
import { PERMISSIONS, type PermissionName } from '@/api/permissions'
import type { Answer } from '@api/paths'
import { ask } from '@/api/request'
import { onTokensElsewhere, readTokens, writeTokens, type Tokens } from '@/api/tokens'

export type Me = Answer<'get', '/api/v1/me'>

export const me = ref<Me | null>(null)

export const signedIn = (): boolean => readTokens() !== null

/** Whether the person holds a permission anywhere in the tree. */
export function may(permission: PermissionName): boolean {
  return pathsOf(permission).length > 0
}

/** Whether the person holds it at a place of the tree: the part below a role's path. */
export function mayAt(permission: PermissionName, path: string): boolean {
  return pathsOf(permission).some((reach) => path.startsWith(reach))
}

function pathsOf(permission: PermissionName): string[] {
  const roles: readonly string[] = PERMISSIONS[permission]
  return (me.value?.roles ?? []).filter((grant) => roles.includes(grant.role)).map((grant) => grant.path)
}

/** An office beside being a member: without one there is nothing to administer. */
export const hasOffice = computed(() => (me.value?.roles ?? []).some((grant) => grant.role !== 'member'))

export const isMe = (memberId: string | null | undefined): boolean => !!memberId && memberId === me.value?.member_id

export async function signIn(username: string, password: string, totp: string): Promise<void> {
  const body = { username, password, totp: totp || null }
  await take(await ask('post', '/api/v1/auth/password', { body, open: true }))
}

/** Be signed in with what a sign-in answered. */
export async function take(tokens: Tokens): Promise<void> {
  writeTokens(tokens)
  await readMe()
}

export async function readMe(): Promise<void> {
  me.value = await ask('get', '/api/v1/me')
}

export async function signOut(): Promise<void> {
  const refresh_token = readTokens()?.refresh_token
  forget()
  // Whether or not anybody answers: this browser has forgotten it.
  if (refresh_token) await ask('post', '/api/v1/auth/logout', { body: { refresh_token }, open: true }).catch(() => undefined)
}

export function forget(): void {
  writeTokens(null)
  me.value = null
}

// Another tab signed out, or somebody else signed in there: this page's figures are no longer theirs.
onTokensElsewhere(async () => {
  if (!readTokens()) {
    me.value = null
    return
  }
  const before = me.value?.member_id
  await readMe().catch(() => undefined)
  if (before && me.value?.member_id !== before) location.reload()
})
