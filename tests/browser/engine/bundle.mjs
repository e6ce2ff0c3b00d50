/**
 * Puts a built mini-program, WeChat's open-source engine and host.js into one script for a browser:
 * `node bundle.mjs APP > script.js`, where APP is the app's folder with node_modules and its build.
 * The templates go through WeChat's own compiler; what it finds wrong with one fails the bundle.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { argv, exit, stderr, stdout } from 'node:process'
import { URL } from 'node:url'

const app = argv[2]
const built = join(app, 'dist/build/mp-weixin')
const required = createRequire(join(app, 'package.json'))
const { TmplGroup } = required('glass-easel-template-compiler')
const ENGINE = ['glass-easel', 'glass-easel-miniprogram-adapter']

const files = readdirSync(built, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(built, join(entry.parentPath ?? entry.path, entry.name)))
const read = (path) => readFileSync(join(built, path), 'utf8')
const named = (ending) => files.filter((path) => path.endsWith(ending)).map((path) => [path.slice(0, -ending.length), read(path)])

const templates = new TmplGroup()
const faults = []
for (const [path, text] of named('.wxs')) templates.addScript(path, text)
for (const [path, text] of named('.wxml')) {
  for (const { message, startLine, level } of templates.addTmpl(path, text) ?? []) {
    if (level >= 3) faults.push(`${path}.wxml:${startLine + 1}: ${message}`)
  }
}
if (faults.length) {
  stderr.write(`${faults.join('\n')}\n`)
  exit(1)
}

const asModule = ([name, text]) => `${JSON.stringify(name)}: function (module, exports, require) {${text}\n}`
const modules = [
  ...ENGINE.map((name) => [name, readFileSync(required.resolve(name), 'utf8')]),
  ...named('.js').map(([path, text]) => [`${path}.js`, text]),
]
const configs = named('.json').map(([path, text]) => [path, JSON.parse(text)])
// WeChat's unit is a 750th of the screen's width; its root element is called page.
const style = named('.wxss')
  .map(([, text]) => text.replace(/(-?[\d.]+)rpx/g, (_, n) => `${n / 7.5}vw`))
  .join('\n')
  .replace(/(^|[},\s])page(?=[\s,{])/g, '$1body')

stdout.write(`window.bundle = {
  modules: {${modules.map(asModule).join(',\n')}},
  configs: ${JSON.stringify(Object.fromEntries(configs))},
  templates: ${templates.getTmplGenObjectGroups()},
  style: ${JSON.stringify(style)},
};
${readFileSync(new URL('host.js', import.meta.url), 'utf8')}`)
