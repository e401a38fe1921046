import type { TestFn } from 'ava'
import { type Asked, compare, type Exchange, titleOf } from './exchange.js'
import type { TestHouse } from './house.js'

/**
 * One test per row of a contract table. The rows do not change anything, so their order does not matter.
 * `prepare` adds what all rows send, such as credentials.
 */
export function testRows(
  test: TestFn,
  house: () => TestHouse,
  group: string,
  rows: readonly Exchange[],
  prepare: (row: Exchange) => Asked = row => row,
): void {
  for (const row of rows) {
    test(`${group}: ${titleOf(row)}`, async t => compare(t, row, await house().ask(prepare(row))))
  }
}
