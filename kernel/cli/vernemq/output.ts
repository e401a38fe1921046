import { boxTable } from './box-table.js'

/** What VerneMQ's API answers (contracts: text, table, list, alert, or several of them). */
type Output =
  | { type: 'text'; text: string }
  | { type: 'table'; table: Record<string, unknown>[] }
  | { type: 'list'; list: unknown[]; title?: string }
  | { type: 'alert'; alert: Output[] }

/** The lines for stdout, and those for stderr: an alert says why a command did not do what it was asked. */
export function readable(json: string): { out: string[]; alerts: string[] } {
  const outputs = [JSON.parse(json) as Output | Output[]].flat()
  const isAlert = (output: Output): output is Extract<Output, { type: 'alert' }> => output.type === 'alert'
  return {
    out: outputs.filter(output => !isAlert(output)).flatMap(textOf),
    alerts: outputs.filter(isAlert).flatMap(({ alert }) => alert.flatMap(textOf)),
  }
}

function textOf(output: Output): string[] {
  switch (output.type) {
    case 'text':
      return [output.text]
    case 'table':
      // Followed by an empty line, as there: scripts count from the end.
      return output.table.length > 0 ? [`${boxTable(output.table)}\n\n`] : []
    case 'list':
      return [`${output.title === undefined ? '' : `${output.title}: `}${output.list.join(' ')}`]
    case 'alert':
      return output.alert.flatMap(textOf)
  }
}
