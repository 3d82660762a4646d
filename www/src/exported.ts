/** The conversation as a file for the visitor. */
import type { Message } from '@miptech/chat'

export function exported(messages: readonly Message[], chatId: string | null, format: unknown): Blob {
  if (format !== 'markdown') {
    const text = JSON.stringify({ chatId, exportedAt: new Date().toISOString(), messages }, null, 2)
    return new Blob([text], { type: 'application/json' })
  }
  const part = ({ author, createdAt, text, sources }: Message): string =>
    [`**${author}**, ${new Date(createdAt).toISOString()}`, text, sources.map(({ title, url }) => `- ${url ? `[${title}](${url})` : title}`).join('\n')]
      .filter(Boolean)
      .join('\n\n')
  return new Blob([messages.map(part).join('\n\n---\n\n') + '\n'], { type: 'text/markdown' })
}
