/** `2 days,1 hours, 5 minutes, 7 seconds`: the original puts no blank after the days. */
export function uptime(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const parts = [`${seconds % 60} seconds`]
  if (seconds >= 60) parts.unshift(`${Math.floor(seconds / 60) % 60} minutes, `)
  if (seconds >= 3600) parts.unshift(`${Math.floor(seconds / 3600) % 24} hours, `)
  if (seconds >= 86_400) parts.unshift(`${Math.floor(seconds / 86_400)} days,`)
  return parts.join('')
}

/** `YYYY-MM-DD HH:MM:SS` in the server's time zone. */
export function localTime(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':')}`
}
