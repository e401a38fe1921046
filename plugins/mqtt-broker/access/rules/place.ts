import type { PlacedRule } from './kept.js'

const ROOM = 2 ** 20
const DIGITS = 16

export function keyOf(place: number): string {
  return String(place).padStart(DIGITS, '0')
}

/** A key between the rule at `at` and the one before it; undefined when there is no room left. */
export function keyAt(placed: readonly PlacedRule[], at: number): string | undefined {
  const before = at === 0 ? 0 : Number(placed[at - 1]!.key)
  const behind = placed[at]
  if (!behind) return keyOf(before + ROOM)
  const middle = Math.floor((before + Number(behind.key)) / 2)
  return middle > before ? keyOf(middle) : undefined
}

/** The same order with room everywhere. */
export function spread(placed: readonly PlacedRule[]): PlacedRule[] {
  return placed.map(({ rule }, at) => ({ key: keyOf((at + 1) * ROOM), rule }))
}
