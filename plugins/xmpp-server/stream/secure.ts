import type { Socket } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { KernelError, type PluginContext, reason } from 'patchbay'
import type { Options } from '../options.js'
import type { Server } from '../server.js'
import type { Stream } from './stream.js'

/** The certificate of the options, else of the house. Throws KernelError `config_invalid`. */
export async function openSecurity(ctx: PluginContext<Options>): Promise<SecureContext> {
  const { certfile, keyfile } = ctx.config
  const { key, cert } = await ctx.certificate([certfile, keyfile].filter(file => file !== undefined))
  try {
    return createSecureContext({ key, cert })
  } catch (thrown) {
    throw new KernelError('config_invalid', `xmpp-server: TLS refuses the certificate: ${reason(thrown)}`, {
      hint: 'plugins.xmpp-server.certfile and keyfile name PEM files that belong together',
    })
  }
}

/** Goes on over TLS, with the certificate that is configured now. */
export function secure(server: Server, stream: Stream): void {
  const { registry, security } = server
  const plain = stream.socket as Socket
  stream.detach()
  stream.socket = registry.wire.encrypt(plain, security)
  stream.secure = true
  registry.wire.attach(stream)
}
