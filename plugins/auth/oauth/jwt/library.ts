type Library = typeof import('jsonwebtoken')

let loaded: Library | undefined

/** Takes 80 ms to load, so only those who use JWTs load it. */
export function library(): Library {
  loaded ??= require('jsonwebtoken') as Library
  return loaded
}
