import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { writeTokens } from '@/api/tokens'
import { useOffline } from '@/stores/offline'
import { network } from '../network'

const LIST = { list_token: 'T', event_id: 'e1', title: '植树', salt: 'x', expires_at: '2026-11-30T00:00:00Z', complete: true, sessions: [], members: [] }
const OTHER = { ...LIST, list_token: 'U' }
type Marks = { marks: { client_ref: string; member_id?: string; pass?: string; name?: string }[]; list_token: string }
const accept = ({ body }: { body: unknown }) => ({
  items: (body as Marks).marks.map(({ client_ref }) => ({ client_ref, outcome: 'pending', check_in_id: 'c', flags: [], code: null, detail: null })),
})

function opened() {
  setActivePinia(createPinia())
  const offline = useOffline()
  offline.use('e1')
  return offline
}

beforeEach(() => writeTokens({ access_token: 'a', refresh_token: 'r' }))

async function taken() {
  network({ 'GET /events/e1/offline-list': () => LIST })
  const offline = opened()
  await offline.take()
  return offline
}

describe('a list taken along', () => {
  it('and what was noted on it outlive the app, without network', async () => {
    const offline = await taken()
    network({})
    offline.note({ member_id: 'm1' }, '张*')
    offline.note({ pass: 'P' }, '名单外')
    offline.note({ member_id: 'm1' }, '张*')
    const again = opened()
    expect(again.taken?.marks.map((mark) => mark.member_id ?? mark.pass)).toEqual(['m1', 'P'])
  })

  it('is told under the same references until it is answered, and then forgotten', async () => {
    const offline = await taken()
    offline.note({ member_id: 'm1' }, '张*')
    const [mark] = offline.taken!.marks
    const silent = network({ 'POST /events/e1/offline-check-ins': () => null })
    expect(await offline.send()).toBe(false)
    expect(offline.message).not.toBe('')
    const asked = network({ 'POST /events/e1/offline-check-ins': accept })
    expect(await opened().send()).toBe(true)
    for (const each of [silent[0]!, asked[0]!]) {
      expect(each.body).toMatchObject({ list_token: 'T', marks: [{ client_ref: mark!.client_ref, member_id: 'm1', direction: 'in' }] })
      expect((each.body as Marks).marks[0]).not.toHaveProperty('name')
    }
    expect(opened().taken?.marks).toEqual([])
  })

  it('keeps what was noted while it was being told', async () => {
    const offline = await taken()
    offline.note({ member_id: 'm1' }, '张*')
    network({ 'POST /events/e1/offline-check-ins': accept })
    const sending = offline.send()
    offline.note({ member_id: 'm2' }, '李*')
    await sending
    expect(offline.taken?.marks.map((mark) => mark.member_id)).toEqual(['m2'])
  })

  it('is told by itself when the app starts again, whichever event it was of', async () => {
    const offline = await taken()
    offline.note({ member_id: 'm1' }, '张*')
    offline.use('e2')
    const asked = network({ 'POST /events/e1/offline-check-ins': accept })
    await offline.sendAll()
    expect(asked).toHaveLength(1)
    expect(offline.taken).toBeNull()
    expect(opened().taken?.marks).toEqual([])
  })

  it('shows what was refused, for the desk', async () => {
    const offline = await taken()
    offline.note({ pass: 'old' }, '名单外')
    network({
      'POST /events/e1/offline-check-ins': ({ body }) => ({
        items: [{ client_ref: (body as Marks).marks[0]!.client_ref, outcome: 'refused', code: 'pass_invalid', detail: '已更换', check_in_id: null, flags: [] }],
      }),
    })
    await offline.send()
    expect(offline.taken).toMatchObject({ marks: [], refused: [{ name: '名单外', detail: '已更换' }] })
  })

  it('is not replaced by another before what was noted on it is told', async () => {
    const offline = await taken()
    offline.note({ member_id: 'm1' }, '张*')
    network({ 'GET /events/e1/offline-list': () => OTHER, 'POST /events/e1/offline-check-ins': () => null })
    await offline.take()
    expect(offline.taken).toMatchObject({ list: { list_token: 'T' }, marks: [{ member_id: 'm1' }] })
    const asked = network({ 'GET /events/e1/offline-list': () => OTHER, 'POST /events/e1/offline-check-ins': accept })
    await offline.take()
    expect(asked.map((each) => each.method)).toEqual(['POST', 'GET'])
    expect(offline.taken).toMatchObject({ list: { list_token: 'U' }, marks: [] })
  })
})
