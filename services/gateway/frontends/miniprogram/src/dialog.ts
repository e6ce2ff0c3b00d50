/** The platform's own questions and passing words. */
import { translate } from './locale'

export function confirmed(content: string): Promise<boolean> {
  return new Promise((resolve) => {
    uni.showModal({
      content,
      confirmText: translate('common.confirm'),
      cancelText: translate('common.cancel'),
      success: ({ confirm }) => resolve(confirm),
      fail: () => resolve(false),
    })
  })
}

export function say(title: string): void {
  uni.showToast({ title, icon: 'none', duration: 2500 })
}

export function copy(text: string, done: string): void {
  uni.setClipboardData({ data: text, showToast: false, success: () => say(done) })
}

export function open(page: string, query: Record<string, string> = {}): void {
  const asked = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  uni.navigateTo({ url: `/pages/${page}/${page}${asked.length ? `?${asked.join('&')}` : ''}` })
}
