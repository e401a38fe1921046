import type { Node } from './pattern-parser.js'
import { States, type Step } from './pattern-states.js'

/** A regular expression or a glob whose work grows with the text times the pattern, whatever either is. */
export interface Pattern {
  test(text: string): boolean
}

const LARGEST = 2000

/** The steps of a pattern, and the states in which they are followed. Throws a sentence when there are too many. */
export function machine(node: Node): Pattern {
  const steps: Step[] = []
  let emitted = 0
  const emit = (node: Node): void => {
    if (++emitted > LARGEST) throw new Error('it is too large')
    if (node.kind === 'sequence') node.nodes.forEach(emit)
    else if (node.kind === 'choice') emitChoice(node.nodes)
    else if (node.kind === 'repeat') emitRepeat(node)
    else steps.push(node)
  }
  const emitChoice = (nodes: readonly Node[]): void => {
    const fork = { kind: 'go' as const, to: [] as number[] }
    steps.push(fork)
    const ends: number[][] = []
    for (const each of nodes) {
      fork.to.push(steps.length)
      emit(each)
      const leave = { kind: 'go' as const, to: [] as number[] }
      steps.push(leave)
      ends.push(leave.to)
    }
    for (const end of ends) end.push(steps.length)
  }
  const emitRepeat = ({ node, least, most }: Node & { kind: 'repeat' }): void => {
    for (let copy = 0; copy < least; copy++) emit(node)
    if (most === Number.POSITIVE_INFINITY) {
      const fork = { kind: 'go' as const, to: [steps.length + 1] }
      const begin = steps.push(fork) - 1
      emit(node)
      steps.push({ kind: 'go', to: [begin] })
      fork.to.push(steps.length)
      return
    }
    const forks: number[][] = []
    for (let copy = least; copy < most; copy++) {
      const fork = { kind: 'go' as const, to: [steps.length + 1] }
      steps.push(fork)
      forks.push(fork.to)
      emit(node)
    }
    for (const fork of forks) fork.push(steps.length)
  }
  emit(node)
  steps.push({ kind: 'found' })

  const states = new States(steps)
  return { test: text => states.run(text) }
}
