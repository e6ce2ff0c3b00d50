/**
 * Takes out of a finished build what would call its vendor's hosts: `node build/quiet.mjs FOLDER`.
 *
 * uni-app's runtime asks its own servers for an image (with the app's id) and for advertisements,
 * and the components' icon font comes from a CDN besides the copy in the package. Each rule must
 * still find something in one of the builds, or the vendor changed it: `gates.mjs` sees what is left.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { argv } from 'node:process'
import { filesBelow, isText } from '../../build/files.mjs'

const RULES = [
  // mp-weixin: an image preloaded from a host spelt in character codes.
  [/!function\(\)\{if\(\w+\(wx\.preloadAssets\)\)\{.*?\},3e3\)\}\}\(\)/gs, '0'],
  // H5: advertisements, and the coloured shadows of a navigation bar that the app does not use.
  [/https:\/\/h[ac][cs]1\.dcloud\.net\.cn\/\w+/g, ''],
  [/url\(["']?https:\/\/cdn\.dcloud\.net\.cn\/img\/[\w-]+\.png["']?\)/g, 'none'],
  // The icon font's addresses; its copy in the package is named in the same list.
  [/url\(["']?(https:)?\/\/at\.alicdn\.com\/[^)]+\)\s*format\(["']\w+["']\)\s*,?\s*/g, ''],
  // The scanner's default place for what the app brings along itself.
  [/https:\/\/fastly\.jsdelivr\.net\/npm\/zxing-wasm@/g, ''],
  // Links to documentation in messages for developers.
  [/https:\/\/vuejs\.org\/error-reference\//g, ''],
  [/https:\/\/uniapp\.dcloud\.net\.cn\/[\w./-]*/g, ''],
]

// What is left where only a CDN was named. A mini-program's style sheets may name no file, so there the
// copy itself stands; a browser has the face a second time, with its file.
const ICONS = 'node_modules/wot-design-uni/components/wd-icon/wd-icons.ttf'
const WITHOUT_FONT = /@font-face\s*\{\s*font-family:\s*["']?wd-icons["']?;\s*src:\s*;([^}]*)\}/g
const font = `url(data:font/ttf;base64,${readFileSync(ICONS, 'base64')}) format("truetype")`
const inWechat = argv[2].endsWith('mp-weixin')
RULES.push([WITHOUT_FONT, inWechat ? `@font-face{font-family:wd-icons;src:${font};$1}` : ''])

for (const path of filesBelow(argv[2]).filter(isText)) {
  const before = readFileSync(path, 'utf8')
  const after = RULES.reduce((text, [found, put]) => text.replace(found, put), before)
  if (after !== before) writeFileSync(path, after)
}
