/** All that a plugin may import: `import { plugin } from 'patchbay'`. */
export { didYouMean } from './config/nearest.js'
export { ERRORS, type ErrorCode, KernelError, reason, withoutStack } from './errors.js'
export type {
  AdminRestCall,
  AdminRestCommand,
  AdminRestProfile,
  AdminRestReply,
} from './http/faces/admin-rest-command.js'
export { ADMIN_REST_REFUSALS, AdminRestError } from './http/faces/admin-rest-refusals.js'
export {
  type EjabberdCall,
  type EjabberdCommand,
  EjabberdError,
  invalidArgument,
} from './http/faces/ejabberd-command.js'
export type { Argument, Named, ResultType, ValueType, Versions } from './http/faces/ejabberd-types.js'
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
export type { VernemqCall, VernemqCommand, VernemqFlag } from './http/faces/vernemq.js'
export { VernemqBadRequest } from './http/faces/vernemq-arguments.js'
export {
  alert,
  type Cell,
  type VernemqAnswer,
  type VernemqOutput,
  type VernemqReply,
} from './http/faces/vernemq-output.js'
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
  UpgradeHandler,
  UpgradeName,
  UpgradeRequest,
} from './life/contributions.js'
export {
  type Advice,
  type Behaviour,
  type Certificate,
  type Held,
  type HoldingContext,
  type HttpListener,
  type HttpListeners,
  type ListenOptions,
  type LoadedPlugin,
  type Logger,
  type OpenListener,
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
export {
  bareJid,
  bareOf,
  formatJid,
  type Jid,
  parseJid,
  prepareDomain,
  prepareLocal,
  prepareResource,
} from './names/jid.js'
export { glob, regexp } from './names/pattern.js'
export type { Pattern } from './names/pattern-machine.js'
export { Decoys } from './passwords/decoys.js'
export { type Defence, keepDefence } from './passwords/defence.js'
export { type Hashing, keepHashing, warmUp } from './passwords/hashing.js'
export { hashPassword, type PasswordHash, passwordMatches } from './passwords/password.js'
export { Turns } from './passwords/turns.js'
export { VERSION } from './status.js'
export type { Change, Namespace, NamespaceSchema, Page, Range, Upgrade } from './store/namespace.js'
export { inSequence, type Sequence } from './store/sequence.js'
