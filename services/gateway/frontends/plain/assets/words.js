// The pages' words in both languages. Old syntax on purpose, see session.js.
(function () {
  'use strict';

  var KEY = 'suite.language';
  var words = {
    title: ['积分签到', 'Check-in and points'],
    otherLanguage: ['English', '中文'],
    signOut: ['退出', 'Sign out'],
    signIn: ['登录', 'Sign in'],
    signInFirst: ['请先登录。', 'Sign in first.'],
    username: ['用户名', 'Username'],
    password: ['密码', 'Password'],
    totp: ['动态验证码（六位）', 'Authenticator code (six digits)'],
    haveInvitation: ['我有支部发的邀请码', 'I have an invitation from my branch'],
    havePassword: ['已有账号，去登录', 'I have an account'],
    invitation: ['邀请码', 'Invitation code'],
    newUsername: ['设置用户名（小写字母或数字，至少 3 位）', 'Choose a username (letters or digits, at least 3)'],
    newPassword: ['设置密码（至少 10 位）', 'Choose a password (at least 10 characters)'],
    createAccount: ['开通并登录', 'Open the account and sign in'],
    claimKept: ['签到码已为您保留两分钟，登录后自动签到。', 'Your scan is kept for two minutes; sign in and it is done.'],
    checkIn: ['签到', 'Check in'],
    howToCheckIn: ['用手机相机或微信扫描大屏上的二维码，或输入大屏上的六位数字。',
      'Scan the code on the screen with your phone, or enter its six digits.'],
    digits: ['六位数字', 'Six digits'],
    sending: ['正在签到……', 'Checking in…'],
    kept: ['网络不通，签到已保存在手机里，连上后自动发送。', 'No connection: the check-in is kept on this phone and goes out by itself.'],
    done: ['签到成功', 'Checked in'],
    already: ['您已签到', 'You are already checked in'],
    waits: ['扫码记录已收到，待组织者确认后计分。人在会场的，请再扫一次屏幕上的码。',
      'Your scan has arrived; it counts once the organiser confirms it. In the hall? Scan the screen once more.'],
    at: ['{0}', 'at {0}'],
    counting: ['积分入账中……', 'Points are on their way…'],
    countingLong: ['已签到，积分稍后入账，无需停留。', 'You are checked in; the points follow, no need to wait.'],
    lastReceipt: ['最近一次签到', 'Last check-in'],
    myPoints: ['我的积分', 'My points'],
    ofCap: ['{0} / {1}', '{0} of {1}'],
    today: ['今日活动', 'Today'],
    nothingToday: ['今天没有活动。', 'Nothing today.'],
    cancelled: ['活动已取消', 'Cancelled'],
    openScreen: ['打开大屏签到码', 'Open the hall screen'],
    inbox: ['消息', 'Messages'],
    inboxEmpty: ['还没有消息。', 'No messages yet.'],
    readAll: ['全部标为已读（{0} 条未读）', 'Mark all as read ({0} unread)'],
    board: ['排行榜', 'Leaderboard'],
    month: ['本月', 'Month'],
    quarter: ['本季', 'Quarter'],
    year: ['全年', 'Year'],
    own: ['我的位置：第 {0} 名（共 {1} 人），{2} 分', 'My place: {0} of {1}, {2} points'],
    around: ['我的前后', 'Around me'],
    boardOff: ['本组织未开放排行榜。', 'This organisation shows no leaderboard.'],
    boardEmpty: ['还没有积分。', 'No points yet.'],
    away: ['“{0}”暂时不可用，稍后自动重试。', '“{0}” is away just now; it will be tried again.'],
    loading: ['加载中……', 'Loading…'],
    noNetwork: ['网络不通，请检查网络后重试。', 'No connection; check the network and try again.'],
    unexpected: ['服务没有正常应答，请稍后重试。', 'The service did not answer as it should; try again shortly.'],
    scanAgain: ['请重新扫描大屏上的二维码。', 'Scan the code on the screen again.'],
    LIFE: ['组织生活', 'Organisational life'],
    STUDY: ['学习教育', 'Study'],
    SERVE: ['服务奉献', 'Service'],
    CULT: ['文体公益', 'Culture and sport'],
    HONOR: ['表彰荣誉', 'Honours'],
    DEDUCT: ['扣分', 'Deductions'],
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
    // t('ofCap', 3, 8): the words with {0}, {1} filled in; a key that is no word comes back itself.
    t: function (key) {
      var rest = arguments;
      var both = words[key];
      if (!both) { return key; }
      return both[language() === 'en' ? 1 : 0].replace(/\{(\d)\}/g, function (_, n) { return rest[Number(n) + 1]; });
    },
    // Writes the words into every element with data-words, and data-words-label for aria-label.
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
