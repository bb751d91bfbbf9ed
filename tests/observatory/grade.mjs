// Prints as JSON what MDN's HTTP Observatory makes of a page, and the heading of the page that it was given:
// `node grade.mjs HOST:PORT/PATH [COOKIE]`. It is its own scan with its own requests; NODE_EXTRA_CA_CERTS makes it trust the
// door's certificate.
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import axios from 'axios'
import { scan } from '@mdn/mdn-http-observatory'

const [page, cookie] = process.argv.slice(2)

// The list of preloaded hosts is fetched when the package is installed, which needs the network. An empty one says what is true
// of a host on loopback, and can only cost points.
const preloaded = join(dirname(fileURLToPath(import.meta.resolve('@mdn/mdn-http-observatory'))), '../conf/hsts-preload.json')
if (!existsSync(preloaded)) writeFileSync(preloaded, '{}')

// The scan has no setting for a cookie; every request that it makes is axios's.
if (cookie) axios.defaults.headers.common.Cookie = cookie
const headings = []
axios.defaults.transformResponse = [
  (body) => {
    headings.push(/<h1[^>]*>([^<]*)</.exec(body)?.[1])
    return body
  }
]
const graded = await scan(page)
console.log(JSON.stringify({ ...graded, heading: headings[0] }))
