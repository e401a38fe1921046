import { AddressSet, KernelError, reason } from 'patchbay'
import type { AclRule } from '../../../mqtt-admin/backend.js'
import { isName } from '../name.js'
import { flawOf } from './filter.js'

/** The rule without anything else that was in it; throws `bad_request` for one that means nothing. */
export function checkedRule({
  permit,
  action,
  topic,
  user,
  clientId,
  address,
}: Omit<AclRule, 'id'>): Omit<AclRule, 'id'> {
  const flaw = flawOf(topic)
  if (flaw !== undefined)
    throw wrong(`the topic of an ACL rule ${flaw}`, 'write an MQTT filter, such as "devices/%c/#"')
  if (/^\$(share\/|queue(\/|$))/.test(topic)) {
    throw wrong('a rule about a shared subscription matches nothing', 'name the filter behind $share/GROUP/ alone')
  }
  for (const [what, name] of Object.entries({ user, clientId })) {
    if (name !== undefined && !isName(name)) throw wrong(`"${what}" of an ACL rule cannot be the name of anybody`)
  }
  if (address !== undefined) checkAddress(address)
  return {
    permit,
    action,
    topic,
    ...(user === undefined ? {} : { user }),
    ...(clientId === undefined ? {} : { clientId }),
    ...(address === undefined ? {} : { address }),
  }
}

function checkAddress(address: string): void {
  try {
    new AddressSet([address])
  } catch (thrown) {
    throw wrong(`the address of an ACL rule: ${reason(thrown)}`)
  }
}

function wrong(sentence: string, hint?: string): KernelError {
  return new KernelError('bad_request', `${sentence}; nothing was added`, hint === undefined ? {} : { hint })
}
