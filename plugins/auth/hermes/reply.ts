import { type HermesReply, KernelError } from 'patchbay'

export function failed(cause: string, detail: string): HermesReply {
  return { response: 'failed', cause, detail }
}

export function invalid(detail: string): HermesReply {
  return { response: 'invalid', cause: 'parameters', detail }
}

/** What `change` replies; where the store cannot be written, the cause that the node documents for that. */
export async function stored(
  cause: 'dbfail' | 'error',
  change: () => HermesReply | Promise<HermesReply>,
): Promise<HermesReply> {
  try {
    return await change()
  } catch (thrown) {
    if (thrown instanceof KernelError && thrown.code === 'data_unwritable') return failed(cause, thrown.message)
    throw thrown
  }
}
