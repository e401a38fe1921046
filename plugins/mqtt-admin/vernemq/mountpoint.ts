import { alert, type VernemqAnswer, type VernemqCall } from 'patchbay'

/** `--mountpoint=` is the default one. */
export const MOUNTPOINT = { mountpoint: { short: 'm' } }

/** There is one mountpoint, the default one; nothing is in another. */
export function isDefault(flags: VernemqCall['flags']): boolean {
  return !flags.get('mountpoint')
}

/** A handler that is only called when the flag has a value, or is not given. */
export function withMountpoint<A extends VernemqAnswer>(
  act: (call: VernemqCall) => A | Promise<A>,
): (call: VernemqCall) => VernemqAnswer | Promise<VernemqAnswer> {
  return call => (call.flags.get('mountpoint') === true ? alert('Invalid mountpoint value') : act(call))
}
