/** What the page's policy stops while the examination runs. */
import type { Notes } from './notes'
import type { Places } from './page'

export interface PolicyWatch {
  /** Whether calls to the platform were stopped; the notes say so. */
  note(notes: Notes): Promise<boolean>
  end(): void
}

export function watchPolicy({ calls, sockets }: Places): PolicyWatch {
  const seen: SecurityPolicyViolationEvent[] = []
  const hear = (event: SecurityPolicyViolationEvent): void => {
    if (event.disposition === 'enforce') seen.push(event)
  }
  document.addEventListener('securitypolicyviolation', hear)
  const own = [calls, sockets, sockets.replace(/^http/, 'ws')]
  const files = new URL('.', import.meta.url).href
  return {
    async note(notes) {
      // The browser tells of it a turn or two after the call has failed.
      await new Promise((resolve) => setTimeout(resolve, 50))
      const stopped = seen.find(({ effectiveDirective, blockedURI }) => effectiveDirective === 'connect-src' && own.some((origin) => blockedURI.startsWith(origin)))
      const other = seen.find(({ blockedURI, sourceFile }) => [blockedURI, sourceFile].some((url) => url.startsWith(files) && /^(loader|miptech-chat-|shared-)/.test(url.slice(files.length))))
      const blocked = own.find((origin) => stopped?.blockedURI.startsWith(origin))
      // An address may name a chat, or say who asks; its origin says enough.
      if (blocked) notes.found('csp', 'connect', `connect-src stopped ${blocked}`, { blocked })
      else if (other) notes.found('csp', 'other', `${other.effectiveDirective} stopped something`, { directive: other.effectiveDirective })
      return !!blocked
    },
    end: () => document.removeEventListener('securitypolicyviolation', hear),
  }
}
