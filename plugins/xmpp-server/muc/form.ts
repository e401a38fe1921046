import { child, type Element, element, elements, textOf } from '../xml/element.js'
import { FORM } from './names.js'

/** A field of a data form (XEP-0004). */
export interface Field {
  readonly var: string
  readonly type?: string
  readonly label?: string
  readonly values: readonly string[]
  readonly choices?: readonly string[]
}

export function form(type: 'form' | 'result' | 'submit', kind: string, fields: readonly Field[], title?: string) {
  const hidden: Field = { var: 'FORM_TYPE', type: 'hidden', values: [kind] }
  return element(FORM, 'x', { type }, [
    ...(title === undefined ? [] : [element(FORM, 'title', {}, [title])]),
    ...[hidden, ...fields].map(shown),
  ])
}

function shown({ var: name, type, label, values, choices = [] }: Field): Element {
  return element(FORM, 'field', { var: name, type, label }, [
    ...values.map(value => element(FORM, 'value', {}, [value])),
    ...choices.map(choice => element(FORM, 'option', { label: choice }, [element(FORM, 'value', {}, [choice])])),
  ])
}

/** The values of the fields that were filled in, by their names. */
export function filledIn(x: Element): Map<string, string[]> {
  return new Map(
    elements(x)
      .filter(({ name }) => name === 'field')
      .map(field => [
        field.attributes['var'] ?? '',
        elements(field)
          .filter(({ name }) => name === 'value')
          .map(textOf),
      ]),
  )
}

/** The form of this kind in it, where there is one. */
export function formIn(parent: Element, kind: string): Map<string, string[]> | undefined {
  const x = child(parent, 'x', FORM)
  const fields = x && filledIn(x)
  return fields?.get('FORM_TYPE')?.[0] === kind ? fields : undefined
}
