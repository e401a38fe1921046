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
  // Since 1.13 some commands say a failure as a text; a script must not take it for a key.
  const failed = (output: Output) =>
    output.type === 'alert' || (output.type === 'text' && output.text.startsWith('{error,'))
  return {
    out: outputs.filter(output => !failed(output)).flatMap(textOf),
    alerts: outputs.filter(failed).flatMap(textOf),
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
