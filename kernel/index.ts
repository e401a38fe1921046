/** All that a plugin may import: `import { plugin } from 'patchbay'`. */
export { didYouMean } from './config/nearest.js'
export { ERRORS, type ErrorCode, KernelError, reason } from './errors.js'
export type { AdminRestCall, AdminRestCommand, AdminRestReply } from './http/faces/admin-rest.js'
export { type EjabberdCall, type EjabberdCommand, EjabberdError } from './http/faces/ejabberd.js'
export type { Argument, ResultType } from './http/faces/ejabberd-types.js'
export {
  type EmqCall,
  type EmqCommand,
  EmqError,
  EmqMalformed,
  EmqNotFound,
  type EmqPage,
  paged,
} from './http/faces/emq-command.js'
export type { HermesCall, HermesCommand, HermesLevel, HermesReply } from './http/faces/hermes.js'
export {
  type OauthCall,
  type OauthCommand,
  OauthError,
  type OauthRefusal,
  type OauthReply,
} from './http/faces/oauth.js'
export type { OauthPage } from './http/faces/oauth-page.js'
export { alert, type Cell, type VernemqCall, type VernemqCommand, type VernemqOutput } from './http/faces/vernemq.js'
export { addressOf } from './http/request.js'
export type {
  Access,
  BodyKind,
  Command,
  FaceName,
  Method,
  RouteAccess,
  RouteContext,
  RouteDescription,
  RouteHandler,
} from './life/contributions.js'
export {
  type Advice,
  type Behaviour,
  type Held,
  type HoldingContext,
  type ListenOptions,
  type LoadedPlugin,
  type Logger,
  type PluginContext,
  type PluginDefinition,
  plugin,
} from './life/definition.js'
export type {
  AccessLevel,
  Attempt,
  Authenticator,
  Call,
  Credentials,
  Explanation,
  Identity,
  RuleTried,
  Subject,
} from './life/identity.js'
export { AddressSet, networkOf } from './names/address-set.js'
export { bareJid, type Jid, parseJid, prepareDomain, prepareLocal, prepareResource } from './names/jid.js'
export type { Change, Namespace, NamespaceSchema, Page, Range, Upgrade } from './store/namespace.js'
