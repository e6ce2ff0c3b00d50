import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { find, nameHash, ofPass, type OfflineList } from '@/offline/list'
import { sha256, utf8 } from '@/offline/sha256'

const SALT = '01a214dc-a16b-7549-b210-3c46dbd4bd39'
const hex = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const listed = (id: string, name: string, initials: string) => ({
  member_id: id,
  name: `${name[0]}*`,
  initials,
  name_hash: nameHash(SALT, name),
  pass_digest: hex(`pass-${id}`).slice(0, 16),
})
const list = { salt: SALT, members: [listed('1', '张三', 'zs'), listed('2', '张三丰', 'zsf'), listed('3', '李四', 'ls')] } as OfflineList
const ids = (typed: string) => find(list, typed).map((one) => one.member_id)

describe('the digest', () => {
  it('is SHA-256 at every length around its blocks, and of Chinese', () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 200]) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 37) % 256)
      expect(sha256(bytes)).toBe(hex(bytes))
    }
    for (const text of ['张三丰', 'a%20b', '党徽🚩']) expect(sha256(utf8(text))).toBe(hex(text))
  })
})

describe('a list taken along', () => {
  it('finds by initials, by the family name, and by all of the name', () => {
    expect(ids('zs')).toEqual(['1', '2'])
    expect(ids('ZSF')).toEqual(['2'])
    expect(ids('张')).toEqual(['1', '2'])
    expect(ids('张三')).toEqual(['1'])
    expect(ids(' 李四 ')).toEqual(['3'])
    expect(ids('王五')).toEqual([])
    expect(ids('')).toEqual([])
  })

  it('hashes a name as the server does', () => {
    const salt = Buffer.from(SALT.replace(/-/g, ''), 'hex')
    expect(nameHash(SALT, '张三')).toBe(hex(Buffer.concat([salt, Buffer.from('张三')])).slice(0, 4))
  })

  it('knows a pass, and knows that it does not know one', () => {
    expect(ofPass(list, 'pass-3')?.member_id).toBe('3')
    expect(ofPass(list, 'pass-9')).toBeNull()
  })
})
