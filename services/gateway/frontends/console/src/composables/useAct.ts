/** Doing something that the server decides on: once at a time, and saying what came of it. */
import { ElMessage, ElMessageBox } from 'element-plus'
import { ref } from 'vue'
import { asProblem, type Problem } from '@api/problem'
import { words } from '@/locale'

/**
 * Return `act`, which runs work and says `done`, and `problem`, what was refused last.
 *
 * `onConflict` reads the thing again, after the person has agreed to drop what is not saved.
 */
export function useAct(onConflict?: () => unknown) {
  const busy = ref(false)
  const problem = ref<Problem | null>(null)

  async function act(work: () => Promise<unknown>, done?: string): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    try {
      await work()
      if (done) ElMessage({ type: 'success', message: done, duration: 3000 })
      return true
    } catch (error) {
      problem.value = asProblem(error)
      if (problem.value.isConflict && onConflict) await mergeQuestion(onConflict)
      else ElMessage({ type: 'error', message: problem.value.detail, duration: 8000, showClose: true })
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, problem, act }
}

async function mergeQuestion(onConflict: () => unknown): Promise<void> {
  const { conflict, conflictTitle, readAgain, stay } = words.value.problem
  const agreed = await ElMessageBox.confirm(conflict, conflictTitle, {
    type: 'warning',
    confirmButtonText: readAgain,
    cancelButtonText: stay,
  }).then(
    () => true,
    () => false,
  )
  if (agreed) await onConflict()
}

/** Ask before something that cannot be taken back. */
export function sure(question: string, title: string): Promise<boolean> {
  const { confirm, cancel } = words.value.act
  return ElMessageBox.confirm(question, title, { confirmButtonText: confirm, cancelButtonText: cancel, type: 'warning' }).then(
    () => true,
    () => false,
  )
}

/** Ask for a reason; null when the person turns back. */
export function reasonFor(title: string, hint = ''): Promise<string | null> {
  const { confirm, cancel, reasonNeeded } = words.value.act
  return ElMessageBox.prompt(hint, title, {
    confirmButtonText: confirm,
    cancelButtonText: cancel,
    inputType: 'textarea',
    inputValidator: (text) => (text?.trim() ? true : reasonNeeded),
  }).then(
    (answer) => (answer as { value: string }).value.trim(),
    () => null,
  )
}
