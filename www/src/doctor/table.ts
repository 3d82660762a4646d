/** Every check and everything it can find, in the order of the examination: the table the command line speaks from too. */
import checks from '../../../crates/doctor/checks.json'
import closes from '../../../crates/doctor/closes.json'
import type { DiagnosticCheck } from '@miptech/chat'

export interface Finding {
  id: string
  state: DiagnosticCheck['state']
  cause: string
  fix: string
}

export interface Check {
  id: string
  title: string
  findings: Finding[]
}

export const CHECKS = checks as Check[]

/** What a close code means. */
export const closeWords = (code: number): string => (closes as Record<string, string>)[code] ?? 'nobody knows this code'
