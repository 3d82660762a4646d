import i18n from 'i18next'
import { initReactI18next } from 'react-i18next'

const KEY = 'mip-language'

const resources = {
  en: {
    translation: {
      nav: { ask: 'Ask us', language: 'Italiano' },
      hero: { title: 'Software that thinks', line: 'We build systems that answer.' },
      chat: { title: 'MIPTech AI Assistant', placeholder: 'Ask me anything about MIP Tech…' },
      topic: 'Topic',
    },
  },
  it: {
    translation: {
      nav: { ask: 'Chiedi', language: 'English' },
      hero: { title: 'Software che pensa', line: 'Costruiamo sistemi che rispondono.' },
      chat: { title: 'Assistente IA di MIPTech', placeholder: 'Chiedimi di MIP Tech…' },
      topic: 'Tema',
    },
  },
}

const known = localStorage.getItem(KEY) ?? navigator.language.slice(0, 2)

i18n.use(initReactI18next).init({
  resources,
  lng: known in resources ? known : 'en',
  fallbackLng: 'en',
  interpolation: { escapeValue: false },
})

i18n.on('languageChanged', (language) => {
  localStorage.setItem(KEY, language)
})

export default i18n
