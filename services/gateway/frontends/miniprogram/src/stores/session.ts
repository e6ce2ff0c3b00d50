/** Who is signed in, and signing in and out. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { ask } from '@/api/request'
import { readTokens, writeTokens, type Tokens } from '@/api/tokens'
import type { Answer } from '@api/paths'
import { usePass } from './pass'

export type Me = Answer<'get', '/api/v1/me'>

export const useSession = defineStore('session', () => {
  const tokens = ref<Tokens | null>(readTokens())
  const me = ref<Me | null>(null)
  const signedIn = computed(() => tokens.value !== null)

  function take(given: Tokens | null): void {
    writeTokens(given)
    tokens.value = given
    // Whoever signs in or out may be somebody else than before.
    usePass().forget()
    if (!given) me.value = null
  }

  async function byPassword(username: string, password: string, totp?: string): Promise<void> {
    const body = { username, password, totp: totp || null }
    take(await ask('post', '/api/v1/auth/password', { body, open: true }))
  }

  async function byInvitation(invitation: string, username: string, password: string): Promise<void> {
    const body = { invitation, username, password }
    take(await ask('post', '/api/v1/auth/invitation', { body, open: true }))
  }

  async function byWechat(code: string): Promise<void> {
    take(await ask('post', '/api/v1/auth/wechat', { body: { code }, open: true }))
  }

  async function bind(invitation: string, wechatTicket: string): Promise<void> {
    const body = { invitation, wechat_ticket: wechatTicket }
    take(await ask('post', '/api/v1/auth/bind', { body, open: true }))
  }

  async function load(): Promise<Me> {
    me.value = await ask('get', '/api/v1/me')
    return me.value
  }

  async function signOut(): Promise<void> {
    const refresh_token = tokens.value?.refresh_token
    take(null)
    // Whether or not anybody answers: this phone has forgotten it.
    if (refresh_token) await ask('post', '/api/v1/auth/logout', { body: { refresh_token }, open: true }).catch(() => undefined)
  }

  /** The door found the session over, or renewed it. */
  function lookAgain(): void {
    tokens.value = readTokens()
    if (!tokens.value) me.value = null
  }

  return { me, signedIn, byPassword, byInvitation, byWechat, bind, load, signOut, lookAgain }
})
