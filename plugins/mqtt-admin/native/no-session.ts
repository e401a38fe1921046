import { KernelError, withoutStack } from 'patchbay'

export function noSession(clientId: string): KernelError {
  return withoutStack(
    () =>
      new KernelError('not_found', `there is no session of a client "${clientId}"`, {
        hint: 'GET /mqtt/v1/clients?like=… finds ids; a slash in an id is written %2F',
      }),
  )
}
