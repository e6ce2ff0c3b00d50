/**
 * What WeChat is to a mini-program: it loads the modules, registers pages and components with the
 * engine, opens pages one upon another, and lends the app its `wx`. Requests go to the suite itself.
 */
(function () {
  'use strict'
  const { modules, configs, templates, style } = window.bundle
  const loaded = {}
  const pages = []
  // What a test looks at, and what it puts into the scanner beforehand.
  const host = {
    scanned: null,
    loginCode: null,
    toasts: [],
    title: '',
    open: push,
    get path() {
      return pages.at(-1)?.path
    },
  }
  let application = null
  let registering = null

  function load(name) {
    if (!loaded[name]) {
      loaded[name] = { exports: {} }
      modules[name](loaded[name], loaded[name].exports, (wanted) => load(resolve(name, wanted)))
    }
    return loaded[name].exports
  }

  function resolve(from, wanted) {
    return wanted.startsWith('.') ? new URL(wanted, `http://app/${from}`).pathname.slice(1) : wanted
  }

  const engine = load('glass-easel')
  // Handlers of uni-app are fields that it puts on an instance while it renders.
  engine.globalOptions.useMethodCallerListeners = true
  engine.globalOptions.throwGlobalError = true
  // Only until uni-app has rendered, which it does when a component is attached.
  engine.addGlobalWarningListener((message) => !/for-list data is neither/.test(message))
  const { MiniProgramEnv } = load('glass-easel-miniprogram-adapter')
  const environment = new MiniProgramEnv()
  const space = environment.createCodeSpace('', true)
  const context = new engine.CurrentWindowBackendContext()
  context.onEvent((target, type, detail, options) => {
    const field = options.originalEvent?.target
    const event = new engine.Event(type, type === 'input' ? { value: field.value } : detail, options)
    engine.Event.dispatchEvent(target, event)
    return event.getEventBubbleStatus()
  })
  // The phone hands over events that hold all they say themselves, and uni-app looks for it there.
  const wrap = engine.Event.prototype.wrapShadowedEvent
  engine.Event.prototype.wrapShadowedEvent = function (...around) {
    return Object.assign(wrap.apply(this, around), { type: this.type, detail: this.detail })
  }
  const backend = environment.associateBackend(context)

  // --- What modules find around them

  window.global = window
  window.App = (options) => {
    application = options
  }
  window.getApp = () => application
  window.getCurrentPages = () => pages.map(({ root }) => root.get())
  window.Behavior = (definition) => registering.Behavior(definition)
  window.Page = (definition) => registering.Page(definition)
  window.Component = (definition) => {
    const { attached, ready } = definition.lifetimes ?? {}
    const lifetimes = {
      ...definition.lifetimes,
      attached() {
        attached?.call(this)
        setTimeout(() => ready?.call(this))
      },
    }
    return registering.Component({ ...definition, lifetimes })
  }

  const answer = (options, result = {}) => setTimeout(() => {
    options?.success?.(result)
    options?.complete?.(result)
  })
  const system = { platform: 'devtools', theme: 'light', language: 'zh_CN', SDKVersion: '3.8.0', windowWidth: innerWidth, windowHeight: innerHeight, screenWidth: innerWidth, pixelRatio: 2, statusBarHeight: 0, safeArea: {}, osTheme: 'light' }
  const ignored = () => undefined
  window.wx = {
    getSystemInfoSync: () => system,
    getAppBaseInfo: () => system,
    getDeviceInfo: () => system,
    getWindowInfo: () => system,
    getSystemSetting: () => ({}),
    getAppAuthorizeSetting: () => ({}),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'test' } }),
    getLaunchOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
    getEnterOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
    canIUse: () => true,
    nextTick: (act) => setTimeout(act),
    onAppShow: ignored,
    onAppHide: ignored,
    onThemeChange: ignored,
    onNetworkStatusChange: ignored,
    stopPullDownRefresh: ignored,
    pageScrollTo: ignored,
    setKeepScreenOn: ignored,
    arrayBufferToBase64: (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))),
    setNavigationBarColor: (options) => answer(options),
    setNavigationBarTitle(options) {
      host.title = options.title
      answer(options)
    },
    showToast(options) {
      host.toasts.push(options.title)
      answer(options)
    },
    // As WeChat does, a copy: what is read is not what was written.
    getStorageSync: (key) => JSON.parse(localStorage.getItem(key) ?? '""'),
    setStorageSync: (key, value) => localStorage.setItem(key, JSON.stringify(value)),
    removeStorageSync: (key) => localStorage.removeItem(key),
    getStorageInfoSync: () => ({ keys: Object.keys(localStorage) }),
    setStorage({ key, data, ...options }) {
      localStorage.setItem(key, JSON.stringify(data))
      answer(options)
    },
    scanCode: (options) => (host.scanned ? answer(options, { result: host.scanned }) : options.fail?.({ errMsg: 'scanCode:fail cancel' })),
    login: (options) => answer(options, { code: host.loginCode }),
    request,
    navigateTo: (options) => (push(options.url), answer(options)),
    redirectTo: (options) => (pop(), push(options.url), answer(options)),
    reLaunch: (options) => (pages.splice(0).forEach(close), push(options.url), answer(options)),
    navigateBack(options) {
      pop()
      pages.at(-1)?.root.get().onShow?.()
      answer(options)
    },
  }

  function request({ url, method = 'GET', data, header, success, fail, complete }) {
    fetch(url, { method, headers: header, body: method === 'GET' ? undefined : data })
      .then(async (response) => {
        const text = await response.text()
        success({ statusCode: response.status, data: text ? JSON.parse(text) : '', header: {} })
      }, (error) => fail({ errMsg: `request:fail ${error.message}` }))
      .finally(() => complete?.())
    return { abort: ignored }
  }

  // --- Pages, one upon another

  function push(url) {
    const [path, query = ''] = url.replace(/^\//, '').split('?')
    // As they stand in the address: WeChat decodes nothing.
    const options = Object.fromEntries(query.split('&').filter(Boolean).map((pair) => pair.split('=')))
    const root = backend.createRoot('page', space, path)
    Object.assign(root.get(), { route: path, options })
    const place = document.createElement('main')
    document.body.append(place)
    pages.forEach((page) => (element(page).hidden = true))
    root.attach(document.body, place)
    pages.push({ path, root })
    root.get().onLoad?.(options)
    root.get().onShow?.()
  }

  function pop() {
    close(pages.pop())
    if (pages.length) element(pages.at(-1)).hidden = false
  }

  function close({ root }) {
    root.get().onUnload?.()
    const shown = root.getComponent().getBackendElement()
    root.release()
    shown.remove()
  }

  const element = ({ root }) => root.getComponent().getBackendElement()

  // --- The start

  // Each component's rules reach its own elements in WeChat; ours are told apart by their names.
  for (const [path, config] of Object.entries(configs)) space.addComponentStaticConfig(path, { ...config, styleIsolation: 'shared' })
  for (const [path, content] of Object.entries(templates)) {
    space.addCompiledTemplate(path, { groupList: templates, content, fallbackListenerOnNativeNode: true })
  }
  // A button of WeChat's sends no form to anybody.
  document.addEventListener('submit', (event) => event.preventDefault())
  const sheet = document.createElement('style')
  sheet.textContent = `[hidden] { display: none } view, form, label { display: block } ${style} button.is-block { width: 100% }`
  document.head.append(sheet)

  load('app.js')
  application.onLaunch?.(window.wx.getLaunchOptionsSync())
  const register = (path) => {
    space.componentEnv(path, (given) => {
      registering = given
      load(`${path}.js`)
    })
  }
  const components = Object.keys(configs).filter((path) => configs[path].component)
  for (const path of [...components, ...configs.app.pages]) register(path)

  window.host = host
}())
