// The hall screen's words in both languages. Old syntax on purpose, see session.js.
(function () {
  'use strict';

  var KEY = 'screen.language';
  var words = {
    title: ['积分签到', 'Check-in and points'],
    otherLanguage: ['English', '中文'],
    signOut: ['退出', 'Sign out'],
    signInFirst: ['请先登录。', 'Sign in first.'],
    username: ['用户名', 'Username'],
    password: ['密码', 'Password'],
    totp: ['动态验证码（六位）', 'Authenticator code (six digits)'],
    noNetwork: ['网络不通，请检查网络后重试。', 'No connection; check the network and try again.'],
    unexpected: ['服务没有正常应答，请稍后重试。', 'The service did not answer as it should; try again shortly.'],
    screenSignIn: ['组织者登录', 'Organiser sign-in'],
    screenHint: ['登录后，本屏显示签到码。', 'Sign in, and this screen shows the code.'],
    enterDigits: ['扫不了码？打开“积分签到”输入', 'Cannot scan? Open the check-in page and enter'],
    checkedIn: ['已签到', 'checked in'],
    screenAway: ['暂时连不上服务器，正在重试，已签到的不受影响。', 'The server is away; trying again. Nobody who checked in is lost.'],
    fullScreen: ['全屏', 'Full screen']
  };

  function language() {
    try { return localStorage.getItem(KEY) || 'zh'; } catch (error) { return 'zh'; }
  }

  window.Words = {
    language: language,
    swap: function () { localStorage.setItem(KEY, language() === 'en' ? 'zh' : 'en'); },
    t: function (key) { return words[key][language() === 'en' ? 1 : 0]; },
    // Writes the words into every element with data-words.
    fill: function () {
      document.documentElement.lang = language() === 'en' ? 'en' : 'zh-CN';
      var marked = document.querySelectorAll('[data-words]');
      for (var i = 0; i < marked.length; i += 1) {
        marked[i].textContent = window.Words.t(marked[i].getAttribute('data-words'));
      }
      document.title = window.Words.t('title');
    }
  };
}());
