// Makes the folder that the door serves at /assets/ out of two libraries and our own files (templates/assets).
//
//   npm ci --prefix tools/assets && node tools/make-assets.mjs [FOLDER]     FOLDER: var/assets
//
// Both libraries come ready made; what is taken out of them is what belongs to gov.uk alone: the typeface GDS Transport,
// the crest, and the blue. It ends with 1 and a reason when something is not as it should be, and leaves what was in the
// folder before as it was.
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const tools = dirname(fileURLToPath(import.meta.url))
const ours = join(tools, '..', 'templates', 'assets')
const pages = join(tools, '..', 'templates', 'pages')
const target = resolve(process.argv[2] ?? join(tools, '..', 'var', 'assets'))

/** The stack that GOV.UK Frontend names for services that may not use its typeface. */
const FONTS = '"Helvetica Neue",Helvetica,Arial,sans-serif'
const BRAND = '#2b3a67'
const OURS = ['app.mjs', 'passkey.mjs', 'favicon.svg']
const LIBRARIES = [
  {
    name: 'govuk-frontend',
    copyright: 'Copyright (C) 2017 Crown Copyright (Government Digital Service)',
    css: 'dist/govuk/govuk-frontend.min.css',
    js: 'dist/govuk/govuk-frontend.min.js',
    assets: 'dist/govuk/assets'
  },
  {
    name: '@ministryofjustice/frontend',
    copyright: 'Copyright (c) 2021 dxw; MOJ Digital & Technology',
    css: 'moj/moj-frontend.min.css',
    js: 'moj/moj-frontend.min.js',
    assets: 'moj/assets'
  }
]

class Wrong extends Error {}
const insist = (is, words) => {
  if (!is) throw new Wrong(words)
}

const home = (library) => join(tools, 'assets', 'node_modules', library.name)
const read = (library, path) => readFileSync(join(home(library), path), 'utf8')

/** The version that package.json pins is the one that is there. */
function check_versions() {
  const pinned = JSON.parse(readFileSync(join(tools, 'assets', 'package.json'), 'utf8')).dependencies
  for (const library of LIBRARIES) {
    insist(existsSync(home(library)), `${library.name} is not installed: npm ci --prefix tools/assets`)
    const { version, license } = JSON.parse(read(library, 'package.json'))
    const wanted = pinned[library.name]
    insist(version === wanted, `${library.name} is ${version}, tools/assets/package.json pins ${wanted}`)
    insist(license === 'MIT', `${library.name} says ${license}; LICENSES.txt is written for MIT`)
  }
}

/** Without source map, typeface, crest and gov.uk's blue. */
function plain_css(css) {
  return css
    .replace(/\/\*# sourceMappingURL=[^*]*\*\/\s*$/, '')
    .replaceAll('@charset "UTF-8";', '')
    .replace(/\/\*![^*]*Margaret Calvert[^*]*\*\//g, '')
    .replace(/@font-face\{[^}]*\}/g, '')
    .replaceAll('GDS Transport,arial,sans-serif', FONTS)
    .replaceAll('url(/assets/images/govuk-crest.svg)', 'none')
    .replaceAll('#1d70b8', BRAND)
}

/** Only the comment at the end goes: everything else stands in the same line. */
const plain_js = (js) => js.replace(/\/\/# sourceMappingURL=\S*\s*$/, '\n')

function style_sheet() {
  const parts = LIBRARIES.map((library) => plain_css(read(library, library.css)))
  parts.push(readFileSync(join(ours, 'own.css'), 'utf8'))
  return `@charset "UTF-8";\n${parts.join('\n')}`
}

/** The files that a style sheet names, as paths below /assets/. */
function named_files(css) {
  const urls = [...css.matchAll(/url\(\s*["']?([^"')]+)["']?\s*\)/g)].map((found) => found[1])
  return [...new Set(urls)].map((url) => {
    insist(url.startsWith('/assets/'), `gateway.css names ${url}; every URL in it begins with /assets/`)
    return url.slice('/assets/'.length)
  })
}

function licenses() {
  const text = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`
  const each = LIBRARIES.map((library) => {
    const { version } = JSON.parse(read(library, 'package.json'))
    return `${library.name} ${version}, changed: typeface, crest and colour taken out\n${library.copyright}\n`
  })
  return `Parts of gateway.css, the pictures beside it, govuk-frontend.min.js and moj-frontend.min.js come from:\n\n${each.join(
    '\n'
  )}\nThe MIT License (MIT)\n\n${text}`
}

/** Every class of ours that a page names is drawn: what is framed or warned of in vain looks like any other paragraph. */
function check_classes(css) {
  for (const page of readdirSync(pages, { recursive: true }).filter((path) => path.endsWith('.hbs'))) {
    const html = readFileSync(join(pages, page), 'utf8')
    const names = [...html.matchAll(/class="([^"]*)"/g)].flatMap((found) => found[1].match(/\bgw-[\w-]+/g) ?? [])
    for (const name of new Set(names)) {
      insist(new RegExp(`\\.${name}(?![\\w-])`).test(css), `templates/pages/${page} names the class ${name}, which own.css does not have`)
    }
  }
}

/** Nothing of gov.uk's typeface is left, and every file that is named is there. */
function check(folder) {
  const css = readFileSync(join(folder, 'gateway.css'), 'utf8')
  for (const name of ['GDS Transport', '@font-face', 'sourceMappingURL', '#1d70b8', '@import']) {
    insist(!css.includes(name), `gateway.css still holds ${name}`)
  }
  check_classes(css)
  for (const name of named_files(css)) {
    insist(existsSync(join(folder, name)), `gateway.css names /assets/${name}, which is not there`)
  }
  for (const library of LIBRARIES) {
    const name = library.js.split('/').pop()
    const js = readFileSync(join(folder, name), 'utf8')
    insist(!js.includes('sourceMappingURL'), `${name} still names a source map`)
    insist(/export\s*\{[^}]*\binitAll\b/.test(js), `${name} exports no initAll; app.mjs imports it`)
    const { version } = JSON.parse(read(library, 'package.json'))
    insist(library.name !== 'govuk-frontend' || css.includes(`"${version}"`), `gateway.css is not of ${version}`)
  }
}

function make(folder) {
  check_versions()
  const css = style_sheet()
  writeFileSync(join(folder, 'gateway.css'), css)
  for (const name of named_files(css)) {
    const from = LIBRARIES.map((library) => join(home(library), library.assets, name)).find(existsSync)
    insist(from, `gateway.css names /assets/${name}, which neither library has`)
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    cpSync(from, join(folder, name))
  }
  for (const library of LIBRARIES) {
    writeFileSync(join(folder, library.js.split('/').pop()), plain_js(read(library, library.js)))
  }
  for (const name of OURS) cpSync(join(ours, name), join(folder, name))
  writeFileSync(join(folder, 'LICENSES.txt'), licenses())
  check(folder)
  return createHash('sha256').update(css).digest('hex').slice(0, 12)
}

mkdirSync(dirname(target), { recursive: true })
const fresh = mkdtempSync(`${target}.new-`)
// A fresh folder is its maker's alone, and the door may be somebody else.
chmodSync(fresh, 0o755)
try {
  const digest = make(fresh)
  rmSync(target, { recursive: true, force: true })
  renameSync(fresh, target)
  console.error(`make-assets: ${target}, gateway.css ${digest}`)
} catch (fault) {
  rmSync(fresh, { recursive: true, force: true })
  if (!(fault instanceof Wrong)) throw fault
  console.error(`make-assets: ${fault.message}`)
  process.exitCode = 1
}
