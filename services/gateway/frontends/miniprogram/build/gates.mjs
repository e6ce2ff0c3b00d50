/**
 * What a build must never be: `node build/gates.mjs h5|mp-weixin`. Prints sizes; fails with reasons.
 */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { argv, env, exit } from 'node:process'
import { gzipSync } from 'node:zlib'
import { filesBelow, isText } from '../../build/files.mjs'

const target = argv[2]
const folder = `dist/build/${target}`
const KIB = 1024
// Names of standards, not addresses anybody asks.
const NAMES = /https?:\/\/www\.w3\.org\/[\w/.-]+/g
const FOREIGN = /(?:https?:)?\/\/(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|dev|ai)\b[^\s"'`)]*/gi
// Where the suite answers, which a mini-program has to be told when it is built.
const OWN = env.VITE_API_ORIGIN
const FORBIDDEN = [/preloadAssets/, /new Function\b/, /\beval\(/, /fromCharCode\(99,100,110/]

const faults = []
const files = filesBelow(folder)
for (const path of files.filter(isText)) {
  const text = readFileSync(path, 'utf8').replace(NAMES, '').replaceAll(OWN || '\0', '')
  for (const address of text.match(FOREIGN) ?? []) faults.push(`${path}: foreign address ${address}`)
  if (/font-family:\s*["']?wd-icons["']?;\s*src:\s*;/.test(text)) faults.push(`${path}: the icons have lost their font`)
  for (const found of FORBIDDEN) if (found.test(text)) faults.push(`${path}: ${found.source}`)
}

const kib = (bytes) => Math.round(bytes / KIB)
if (target === 'mp-weixin') {
  const size = files.reduce((sum, path) => sum + statSync(path).size, 0)
  console.log(`mini-program: ${kib(size)} KiB of at most 1536`)
  if (size > 1536 * KIB) faults.push(`the package is ${kib(size)} KiB`)
} else {
  const size = firstLoad()
  console.log(`H5 first load: ${kib(size)} KiB gzip of at most 150`)
  if (size > 150 * KIB) faults.push(`the first load is ${kib(size)} KiB gzip`)
}
if (faults.length) {
  console.error(faults.join('\n'))
  exit(1)
}

/** The page itself, what it names, and the first page's own files, as they go over the network. */
function firstLoad() {
  const index = readFileSync(`${folder}/index.html`, 'utf8')
  const named = files.filter((path) => index.includes(basename(path)))
  const home = files.filter((path) => /\/(pages-)?home[-.][\w.-]+\.(js|css)$/.test(path))
  return [`${folder}/index.html`, ...new Set([...named, ...home])]
    .map((path) => gzipSync(readFileSync(path)).length)
    .reduce((sum, size) => sum + size, 0)
}
