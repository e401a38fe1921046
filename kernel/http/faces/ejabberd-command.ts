import type { Access } from '../../life/contributions.js'
import type { Identity } from '../../life/identity.js'
import type { KernelContext } from '../request.js'
import type { Argument, ResultType } from './ejabberd-types.js'

/** One entry of the registry: dispatch, checks, answers, help, OpenAPI and `ejabberdctl` follow from it. */
export interface EjabberdCommand {
  access: Access
  name: string
  description: string
  /** What more there is to know, in whole sentences. */
  details?: string
  /** As `[tag:accounts]` in permission rules names them. */
  tags: readonly string[]
  /** Who may call it in the original unless rules say otherwise; here it is told, and rules alone decide. `restricted` unless said. */
  policy?: 'admin' | 'user'
  /** Changes nothing, so the audit log leaves it out. */
  reads?: true
  /** Its list is the same array, in order, until its entries change: the bytes of the answer are made once for it. */
  steady?: true
  arguments: readonly Argument[]
  result: ResultType
}

export interface EjabberdCall {
  arguments: Record<string, unknown>
  /** 0, or the N of `vN`. */
  version: number
  /** The node's name, as configured. */
  node: string
  identity: Identity | undefined
  ctx: KernelContext
}

declare module '../../life/contributions.js' {
  interface FaceCommands {
    ejabberd: { definition: EjabberdCommand; handler: (call: EjabberdCall) => unknown }
  }
}

/** A documented refusal: an object with a code, or a bare text. */
export class EjabberdError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** undefined for the bare text. */
    readonly code?: number,
  ) {
    super(message)
  }
}

/** The refusal of an argument whose type is right and whose value is not. */
export function invalidArgument(name: string, why?: string): EjabberdError {
  return new EjabberdError(400, `Invalid '${name}'${why === undefined ? '' : `: ${why}`}`)
}
