/**
 * Names and roles for screen readers in a browser: the platform's own elements put the real field
 * inside of theirs, where neither a label nor `aria-label` reaches it, and its button says no role.
 */
export function nameElements(root: HTMLElement): void {
  const give = () => {
    root.querySelectorAll('uni-input, uni-textarea').forEach((host) => {
      const name = host.getAttribute('aria-label') ?? labelOf(host)
      if (name) set(host.querySelector('input, textarea'), 'aria-label', name)
    })
    root.querySelectorAll('uni-button').forEach((button) => set(button, 'role', 'button'))
  }
  give()
  new MutationObserver(give).observe(root, { childList: true, subtree: true, characterData: true })
}

/** The label stands right before its field; the platform keeps `for` to itself. */
function labelOf(host: Element): string | undefined {
  const before = host.previousElementSibling
  return before?.matches('uni-label, .label') ? before.textContent?.trim() : undefined
}

/** Only where it differs, or the observer would see its own work. */
function set(element: Element | null, name: string, value: string): void {
  if (element && element.getAttribute(name) !== value) element.setAttribute(name, value)
}
