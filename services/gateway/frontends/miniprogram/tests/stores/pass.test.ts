import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { writeTokens } from '@/api/tokens'
import { usePass } from '@/stores/pass'
import { useSession } from '@/stores/session'
import { network } from '../network'

const PASS = { pass: 'A'.repeat(40), svg: '<svg/>', name: '张三', member_no: 'M1' }
const fresh = () => {
  setActivePinia(createPinia())
  return usePass()
}

beforeEach(() => writeTokens({ access_token: 'a', refresh_token: 'r' }))

describe('the pass', () => {
  it('is there without network once it was loaded, also after the app was killed', async () => {
    network({ 'GET /me/pass': () => PASS })
    await fresh().load()
    network({ 'GET /me/pass': () => null })
    const own = fresh()
    expect(own.pass).toEqual(PASS)
    await own.load()
    expect(own.pass).toEqual(PASS)
    expect(own.problem?.isPassing).toBe(true)
  })

  it('is another one after it was renewed, and stays the old one when that failed', async () => {
    network({ 'GET /me/pass': () => PASS, 'POST /me/pass/renew': () => ({ ...PASS, pass: 'B'.repeat(40) }) })
    const own = fresh()
    await own.load()
    await own.renew()
    expect(fresh().pass?.pass).toBe('B'.repeat(40))
    network({ 'POST /me/pass/renew': () => null })
    const again = fresh()
    await again.renew()
    expect(again.pass?.pass).toBe('B'.repeat(40))
    expect(again.problem).not.toBeNull()
  })

  it('goes when its member signs out, also one that was still under way', async () => {
    network({ 'GET /me/pass': () => PASS, 'POST /auth/logout': () => ({}) })
    const own = fresh()
    await own.load()
    const late = own.load()
    await useSession().signOut()
    await late
    expect(own.pass).toBeNull()
    expect(fresh().pass).toBeNull()
  })

  it('is not the last member’s when somebody else signs in', async () => {
    network({ 'GET /me/pass': () => PASS, 'POST /auth/password': () => ({ access_token: 'b', refresh_token: 's' }) })
    const own = fresh()
    await own.load()
    await useSession().byPassword('li.si', 'a good long password')
    expect(own.pass).toBeNull()
  })
})
