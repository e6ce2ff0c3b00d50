/** What became of a change that was carried over to a series. */
import { ElMessage } from 'element-plus'
import type { Shape } from '@/api/request'
import { words } from '@/locale'

export function sayWhatChanged(outcome: Shape<'ChangedSeriesOut'>): void {
  const { changed, left } = words.value.parts
  const said = [changed(outcome.changed.length), ...(outcome.left.length ? [left(outcome.left.length)] : [])]
  ElMessage({ type: outcome.left.length ? 'warning' : 'success', message: said.join(' · '), duration: 5000, showClose: true })
}
