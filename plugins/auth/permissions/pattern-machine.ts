import type { Node } from './pattern-parser.js'

/** A regular expression or a glob whose work grows with the text times the pattern, whatever either is. */
export interface Pattern {
  test(text: string): boolean
}

type Step =
  | { kind: 'one'; accepts: (character: string) => boolean }
  | { kind: 'start' | 'end' | 'found' }
  | { kind: 'go'; to: number[] }

const LARGEST = 2000
const REMEMBERED = 1024

/** All ways through the pattern are followed at once, a character at a time. */
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

  const known = new Map<string, boolean>()
  return {
    test(text) {
      let found = known.get(text)
      if (found === undefined) {
        found = run(steps, [...text])
        if (known.size >= REMEMBERED) known.clear()
        known.set(text, found)
      }
      return found
    },
  }
}

function run(steps: readonly Step[], characters: readonly string[]): boolean {
  const seenAt = new Int32Array(steps.length).fill(-1)
  let ways: number[] = []
  for (let at = 0; at <= characters.length; at++) {
    // A match may begin anywhere.
    const waiting = [...ways, 0]
    const ready: number[] = []
    while (waiting.length > 0) {
      const index = waiting.pop()!
      if (seenAt[index] === at) continue
      seenAt[index] = at
      const step = steps[index]!
      if (step.kind === 'found') return true
      if (step.kind === 'go') waiting.push(...step.to)
      else if (step.kind === 'one') ready.push(index)
      else if (step.kind === 'start' ? at === 0 : at === characters.length) waiting.push(index + 1)
    }
    const character = characters[at]
    ways = []
    if (character === undefined) break
    for (const index of ready) {
      const step = steps[index]!
      if (step.kind === 'one' && step.accepts(character)) ways.push(index + 1)
    }
  }
  return false
}
