/** Writes who holds which permission, as the API document says: `node build/permissions.mjs`. */
import { readFileSync, writeFileSync } from 'node:fs'

const { paths } = JSON.parse(readFileSync('node_modules/.api.json', 'utf8'))
const held = {}
for (const operations of Object.values(paths)) {
  for (const operation of Object.values(operations)) {
    if (operation['x-permission']) held[operation['x-permission']] = operation['x-roles']
  }
}
const lines = Object.keys(held)
  .sort()
  .map((name) => `  '${name}': [${held[name].map((role) => `'${role}'`).join(', ')}],`)
writeFileSync(
  'src/api/permissions.ts',
  `/** Made by \`make api-types\`: which roles hold a permission. The server decides; this draws menus. */
export const PERMISSIONS = {
${lines.join('\n')}
} as const satisfies Record<string, readonly string[]>

export type PermissionName = keyof typeof PERMISSIONS
`,
)
