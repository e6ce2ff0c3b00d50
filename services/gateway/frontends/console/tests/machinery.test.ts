/** What somebody should look at is said in sentences; where all is well nothing is. */
import { expect, test } from 'vitest'
import { age } from '@/format'
import { findingsOf, lettersWaiting, type Heard, type Messages } from '@/pages/system/machinery'

const reader = (consumer: string, more = {}) => {
  const [group = '', stream = ''] = consumer.split(':')
  return { stream, group, consumer, waiting: 0, pending: 0, oldest_seconds: null, seen_seconds: 1, is_reading: true, ...more }
}
const heard = (more: Partial<Messages> = {}): Heard => ({
  service: 'points',
  told: { outbox: { waiting: 0, oldest_seconds: null }, readers: [reader('boards:roster'), reader('points:attendance')], dead_letters: [], work: [], ...more },
  problem: null,
})

test('where all is well there is nothing to look at', () => {
  expect(findingsOf(heard())).toEqual([])
  expect(findingsOf(heard({ outbox: { waiting: 3, oldest_seconds: 2 } }))).toEqual([])
})

test('a reader that is silent is named, and what is long behind says by how much', () => {
  const readers = [reader('boards:roster', { is_reading: false, seen_seconds: null }), reader('points:attendance', { oldest_seconds: 600 })]
  expect(findingsOf(heard({ readers }))).toEqual(['没有在读取：名册 → 排行榜', '积压最久 10分钟'])
  expect(findingsOf(heard({ outbox: { waiting: 1, oldest_seconds: 7200 } }))).toEqual(['积压最久 2小时'])
})

test('while Redis is away the outbox still says how far behind it is', () => {
  expect(findingsOf(heard({ readers: null }))).toHaveLength(1)
  expect(findingsOf(heard({ readers: null, outbox: { waiting: 9, oldest_seconds: 90 } }))).toHaveLength(2)
})

test('letters that wait are counted, those set aside are not', () => {
  const dead_letters = [
    { consumer: 'boards:roster', waiting: 2, set_aside: 5 },
    { consumer: 'gone:roster', waiting: 1, set_aside: 0 },
  ]
  const told = heard({ dead_letters })
  expect(findingsOf(told)).toEqual(['3 条消息处理不了，待决定'])
  expect(lettersWaiting(told.told!, 'boards:roster')).toBe(2)
})

test('a service that does not answer says so', () => {
  expect(findingsOf({ service: 'events', told: null, problem: null })).toEqual(['服务没有应答'])
})

test('an age is told in its largest unit', () => {
  expect([0, 59.9, 60, 3599, 3600, 86_400, 200_000].map(age)).toEqual(['0秒钟', '59秒钟', '1分钟', '59分钟', '1小时', '1天', '2天'])
})
