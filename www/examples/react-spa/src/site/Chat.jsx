import { ChatWidget } from '@miptech/chat/react'
import { useTranslation } from 'react-i18next'

/** All that is left of ChatWidget, ChatInvitation and ChatErrorBoundary. */
export function Chat({ language, openChat, onClosed }) {
  const { t } = useTranslation()
  return (
    <ChatWidget
      apiUrl={process.env.REACT_APP_MIPTECH_API_URL ?? window.location.origin}
      wsUrl={process.env.REACT_APP_MIPTECH_WS_URL}
      tenantId={process.env.REACT_APP_MIPTECH_TENANT_ID ?? 'miptech-company'}
      tokenKeys={{
        access: process.env.REACT_APP_JWT_ACCESS_TOKEN_KEY,
        refresh: process.env.REACT_APP_JWT_REFRESH_TOKEN_KEY,
      }}
      debug={process.env.REACT_APP_DEBUG_MODE === 'true'}
      className="site-chat"
      position="bottom-right"
      size="medium"
      locale={language}
      title={t('chat.title')}
      placeholder={t('chat.placeholder')}
      maxMessageLength={4000}
      openChat={openChat}
      onChatOpen={() => window.dispatchEvent(new CustomEvent('site:chat', { detail: 'opened' }))}
      onChatClose={() => {
        onClosed()
        window.dispatchEvent(new CustomEvent('site:chat', { detail: 'closed' }))
      }}
    />
  )
}
