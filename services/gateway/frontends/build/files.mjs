/** Every file below a folder, as paths. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

export const isText = (path) => /\.(js|mjs|css|html|json|wxml|wxss|wxs)$/.test(path)
