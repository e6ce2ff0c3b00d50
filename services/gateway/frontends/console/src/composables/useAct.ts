/** Doing something that the server decides on: once at a time, and saying what came of it. */
import { ElMessage, ElMessageBox } from 'element-plus'
import { h, ref } from 'vue'
import { asProblem, type Problem } from '@api/problem'
import { words } from '@/locale'

/**
 * Return `act`, which runs work and says `done`, and `problem`, what was refused last.
 *
 * `onConflict` reads the thing again, after the person has agreed to drop what is not saved, or to
 * what `question` says instead.
 */
export function useAct(onConflict?: () => unknown, question?: () => string) {
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
      if (problem.value.isConflict && onConflict) await mergeQuestion(onConflict, question?.() ?? words.value.problem.conflict)
      else ElMessage({ type: 'error', message: problem.value.detail, duration: 8000, showClose: true })
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, problem, act }
}

async function mergeQuestion(onConflict: () => unknown, question: string): Promise<void> {
  const { conflictTitle, readAgain, stay } = words.value.problem
  const agreed = await ElMessageBox.confirm(question, conflictTitle, {
    type: 'warning',
    confirmButtonText: readAgain,
    cancelButtonText: stay,
  }).then(
    () => true,
    () => false,
  )
  if (agreed) await onConflict()
}

/** Ask before something that cannot be taken back; `question` may be several paragraphs. */
export function sure(question: string | readonly string[], title: string): Promise<boolean> {
  const { confirm, cancel } = words.value.act
  const said = typeof question === 'string' ? question : h('div', question.filter(Boolean).map((each) => h('p', each)))
  return ElMessageBox.confirm(said, title, { confirmButtonText: confirm, cancelButtonText: cancel, type: 'warning' }).then(
    () => true,
    () => false,
  )
}

// As long as the services take.
const LONGEST_REASON = 500

/** Ask for a reason, which may have been begun; null when the person turns back. */
export function reasonFor(title: string, hint = '', begun = ''): Promise<string | null> {
  const { confirm, cancel, reasonNeeded, reasonTooLong } = words.value.act
  return ElMessageBox.prompt(hint, title, {
    confirmButtonText: confirm,
    cancelButtonText: cancel,
    inputType: 'textarea',
    inputValue: begun,
    inputValidator: (text) => {
      const long = text?.trim().length ?? 0
      return long > LONGEST_REASON ? reasonTooLong(long, LONGEST_REASON) : long > 0 || reasonNeeded
    },
  }).then(
    (answer) => (answer as { value: string }).value.trim(),
    () => null,
  )
}
