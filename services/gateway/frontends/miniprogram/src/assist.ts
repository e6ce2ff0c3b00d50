/**
 * What a browser's screen readers, keyboards and password managers need besides, since the platform
 * builds its fields and buttons out of elements that they do not know. WeChat's own need none of it.
 */
const TOUCHED = 'uni-button, [role=button], [role=link], [role=radio]'

/** Follow the document for as long as the app runs. */
export function assist(): void {
  new MutationObserver(() => {
    document.querySelectorAll('uni-input, uni-textarea').forEach(nameField)
    document.querySelectorAll('uni-image').forEach(describePicture)
    document.querySelectorAll(TOUCHED).forEach(makeReachable)
  }).observe(document.body, { childList: true, characterData: true, subtree: true, attributeFilter: ['class'] })
  document.addEventListener('keydown', press)
}

/** A label stands before its field and is tied to the wrapper; what is read out and filled in is inside. */
function nameField(wrapper: Element): void {
  const field = wrapper.querySelector('input, textarea')
  const before = wrapper.previousElementSibling
  const label = before?.matches('uni-label, .label') ? before.textContent?.trim() : null
  give(field, 'aria-label', wrapper.getAttribute('aria-label') ?? label)
  give(field, 'autocomplete', wrapper.getAttribute('autocomplete'))
}

/** What has no words is decoration. */
function describePicture(wrapper: Element): void {
  wrapper.querySelector('img')?.setAttribute('alt', wrapper.getAttribute('aria-label') ?? '')
}

function makeReachable(touched: Element): void {
  const disabled = touched.classList.contains('is-disabled')
  if (!touched.hasAttribute('role')) give(touched, 'role', 'button')
  give(touched, 'tabindex', disabled ? '-1' : '0')
  if (disabled) give(touched, 'aria-disabled', 'true')
  else touched.removeAttribute('aria-disabled')
}

function give(element: Element | null, name: string, value: string | null | undefined): void {
  if (element && value && element.getAttribute(name) !== value) element.setAttribute(name, value)
}

function press(event: KeyboardEvent): void {
  const target = event.target
  if (event.key !== 'Enter' && event.key !== ' ') return
  if (!(target instanceof HTMLElement) || !target.matches(TOUCHED)) return
  event.preventDefault()
  target.click()
}
