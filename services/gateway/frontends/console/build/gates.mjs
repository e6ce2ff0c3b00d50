/** What a build must never be: `node build/gates.mjs`. Prints the first load's size; fails with reasons. */
import { readFileSync } from 'node:fs'
import { exit } from 'node:process'
import { gzipSync } from 'node:zlib'
import { filesBelow, isText } from '../../build/files.mjs'

const FOLDER = 'dist'
const KIB = 1024
const LIMIT = 250
// Names of standards, not addresses anybody asks.
const NAMES = /https?:\/\/www\.w3\.org\/[\w/.-]+/g
const FOREIGN = /(?:https?:)?\/\/(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|dev|ai)\b[^\s"'`)]*/gi
// Addresses of documentation inside the libraries' messages for developers; nobody asks them.
const QUOTED = /https:\/\/(?:vuejs\.org|element-plus\.org|echarts\.apache\.org|github\.com|cssinjs\.org)\/[^\s"'`)]*/g
const FORBIDDEN = [/new Function\b/, /\beval\(/]

const faults = []
const files = filesBelow(FOLDER)
for (const path of files.filter(isText)) {
  const text = readFileSync(path, 'utf8').replace(NAMES, '').replace(QUOTED, '')
  for (const address of text.match(FOREIGN) ?? []) faults.push(`${path}: foreign address ${address}`)
  for (const found of FORBIDDEN) if (found.test(text)) faults.push(`${path}: ${found.source}`)
}

const first = firstLoad()
const size = first.reduce((sum, path) => sum + gzipSync(readFileSync(`${FOLDER}/${path}`)).length, 0)
console.log(`console first load: ${Math.round(size / KIB)} KiB gzip of at most ${LIMIT}`)
if (size > LIMIT * KIB) faults.push(`the first load is ${Math.round(size / KIB)} KiB gzip`)
for (const path of first) {
  if (readFileSync(`${FOLDER}/${path}`, 'utf8').includes('zrender')) faults.push(`${path}: charts belong into a file of their own`)
}
if (faults.length) {
  console.error(faults.join('\n'))
  exit(1)
}

/** The page, what it names, and all that those files import before anything is shown. */
function firstLoad() {
  const found = new Set(['index.html'])
  for (const path of found) {
    const text = readFileSync(`${FOLDER}/${path}`, 'utf8')
    const named = path.endsWith('.html')
      ? [...text.matchAll(/\/console\/(assets\/[\w.-]+)/g)].map((match) => match[1])
      : [...text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+)["']/g)].map((match) => `assets/${match[1]}`)
    for (const name of named) found.add(name)
  }
  return [...found].filter((path) => isText(path))
}
