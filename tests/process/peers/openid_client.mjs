// One client credentials request with openid-client, and the token printed. The root certificate comes
// by NODE_EXTRA_CA_CERTS.

import { readFile } from 'node:fs/promises'

const { env } = process

if (process.argv[2] === '--version') {
    const file = new URL('node_modules/openid-client/package.json', import.meta.url)
    const { version } = JSON.parse(await readFile(file, 'utf8'))
    console.log(`openid-client ${version}, Node ${process.version}`)
    process.exit()
}

const { ClientSecretPost, Configuration, clientCredentialsGrant } = await import('openid-client')

const server = {
    issuer: env.SERVICENOW_INSTANCE,
    token_endpoint: `${env.SERVICENOW_INSTANCE}/oauth_token.do`,
}
const secret = ClientSecretPost(env.SERVICENOW_CLIENT_SECRET)
const client = new Configuration(server, env.SERVICENOW_CLIENT_ID, {}, secret)
console.log((await clientCredentialsGrant(client)).access_token)
