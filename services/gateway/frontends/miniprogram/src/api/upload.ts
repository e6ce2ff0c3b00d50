/** Files go by the platform's own upload; the rest of the door is the same. */
import { language, translate } from '@/locale'
import { newId } from '@api/ids'
import type { Answer } from '@api/paths'
import { Problem } from '@api/problem'
import { refreshed } from './refresh'
import { readTokens } from './tokens'

type Attachment = Answer<'post', '/api/v1/attachments'>

const ORIGIN: string = import.meta.env.VITE_API_ORIGIN ?? ''
const TIMEOUT_MS = 60_000

/**
 * Upload one picture for a claim.
 *
 * @throws {Problem}
 */
export async function attach(path: string): Promise<Attachment> {
  const key = newId()
  const tokens = readTokens() ?? (await refreshed(null))
  try {
    return await upload(path, key, tokens.access_token)
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem
    return upload(path, key, (await refreshed(tokens)).access_token)
  }
}

function upload(path: string, key: string, token: string): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    uni.uploadFile({
      url: `${ORIGIN}/api/v1/attachments`,
      filePath: path,
      name: 'file',
      timeout: TIMEOUT_MS,
      header: { Authorization: `Bearer ${token}`, 'Idempotency-Key': key, 'Accept-Language': language() },
      success: ({ statusCode, data }) => {
        const body = parsed(data)
        if (statusCode >= 200 && statusCode < 300) resolve(body as unknown as Attachment)
        else reject(new Problem(statusCode, String(body.code ?? `http_${statusCode}`), String(body.detail ?? translate('problem.unexpected'))))
      },
      fail: () => reject(new Problem(0, 'no_network', translate('problem.no_network'))),
    })
  })
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
