import { KernelError, withoutStack } from 'patchbay'

export function noSession(clientId: string): KernelError {
  return withoutStack(
    () =>
      new KernelError('not_found', `there is no session of a client "${clientId}"`, {
        hint: 'GET /mqtt/v1/clients?like=…, or patchbay mqtt clients --like …, finds ids; in a path a slash is %2F',
      }),
  )
}
