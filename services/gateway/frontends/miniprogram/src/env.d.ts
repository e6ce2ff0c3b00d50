/// <reference types="vite/client" />
/// <reference types="@dcloudio/types" />
declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

declare const process: { env: { UNI_PLATFORM: 'h5' | 'mp-weixin' } }

/** What WeChat alone has; only used where the platform is WeChat. */
declare const wx: {
  env: { USER_DATA_PATH: string }
  addPhoneCalendar: (option: UniNamespace.AddPhoneCalendarOption) => void
  shareFileMessage: (option: UniNamespace.ShareFileMessageOption) => void
}
