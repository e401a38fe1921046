/** In memory it is there at once; another server has to be asked. */
export type Awaitable<T> = T | Promise<T>
