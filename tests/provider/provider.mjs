// An OpenID Connect provider for the tests of single sign-on: the package `oidc-provider` as it comes, on a port of loopback
// that it prints. Its people stand in a file, which is read anew each time:
//
//   { "SUBJECT": { "preferred_username": "...", "name": "...", "groups": ["..."], "lie": "audience" } }
//
// Somebody signs in by naming their subject, in the form or as `login_hint`. A real provider tells the truth; what ours
// does after one of the lies is made with its own key wherever that makes the lie better.
//
//   node provider.mjs PEOPLE.json REDIRECT_URI
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { SignJWT, UnsecuredJWT, decodeJwt, exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'

const [people, redirectUri] = process.argv.slice(2)
const pair = () => generateKeyPair('RS256', { extractable: true })
const own = await pair()
const another = await pair()
const key = { ...(await exportJWK(own.privateKey)), kid: 'own', alg: 'RS256', use: 'sig' }

const find = (subject) => JSON.parse(readFileSync(people, 'utf8'))[subject]

const signed = (claims, { privateKey }) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'own' }).sign(privateKey)

const lies = {
  audience: (claims) => signed({ ...claims, aud: 'somebody-else' }, own),
  issuer: (claims) => signed({ ...claims, iss: 'https://elsewhere.example' }, own),
  expired: (claims) => signed({ ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 }, own),
  signature: (claims) => signed(claims, another),
  unsigned: (claims) => new UnsecuredJWT(claims).encode(),
  // Signed with the secret that the client has too: HS256 in the place of RS256.
  shared: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode('a secret of the tests and of nothing else'))
}

const configuration = {
  clients: [{ client_id: 'gateway', client_secret: 'a secret of the tests and of nothing else', redirect_uris: [redirectUri] }],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], groups: ['groups'] },
  scopes: ['openid', 'profile', 'groups'],
  conformIdTokenClaims: false,
  cookies: { keys: ['for the tests alone'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  jwks: { keys: [key] },
  ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  findAccount(_, subject) {
    const person = find(subject)
    return person && { accountId: subject, claims: () => ({ sub: subject, ...person }) }
  },
  // Nobody is asked whether they consent: the organisation has decided that.
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
    grant.addOIDCScope('openid profile groups')
    await grant.save()
    return grant
  }
}

const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  const provider = new Provider(`http://127.0.0.1:${port}`, configuration)
  provider.use(tellLies)
  const callback = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return callback(request, response)
    interact(provider, request, response).catch((fault) => response.writeHead(500).end(String(fault)))
  })
  console.log(port)
})

async function tellLies(context, next) {
  await next()
  if (context.path !== '/token' || !context.body?.id_token) return
  const claims = decodeJwt(context.body.id_token)
  const lie = lies[find(claims.sub)?.lie]
  if (lie) context.body.id_token = await lie(claims)
}

async function interact(provider, request, response) {
  const { params } = await provider.interactionDetails(request, response)
  let accountId = params.login_hint
  if (request.method === 'POST') {
    const chunks = await request.toArray()
    accountId = new URLSearchParams(Buffer.concat(chunks).toString()).get('subject')
  }
  if (accountId) return provider.interactionFinished(request, response, { login: { accountId } })
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(`<!DOCTYPE html><html lang="en"><title>Provider</title><link rel="icon" href="data:,">
    <form method="post"><label>Subject <input name="subject"></label> <button>Sign in</button></form></html>`)
}
