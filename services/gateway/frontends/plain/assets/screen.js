// The hall's screen: the code, the digits, how many are in. Old syntax on purpose, see session.js.
(function () {
  'use strict';

  var ASK_MS = 2000;      // for the count where nobody tells it; the code changes every ten seconds
  var WATCH_AGAIN_MS = 60000;
  var RETRY_MS = 3000;
  var TICK_MS = 200;
  var t = window.Words.t;
  var eventId = location.pathname.split('/')[2] || '';
  var session = /[?&]session_id=([0-9a-f-]+)/.exec(location.search);
  var event = '/events/' + encodeURIComponent(eventId);
  var path = event + '/code' + (session ? '?session_id=' + session[1] : '');
  var shown = null;       // {until, lasts}: by this machine's stopwatch, never by its clock
  var shownSvg = null;
  var shownSession = null;
  var asking = null;
  var stream = null;      // tells the count as it changes, where the browser can listen
  var told = null;        // each session's count by its id, while the stream tells it
  var watching = null;

  function byId(id) { return document.getElementById(id); }
  function show(id, visible) { byId(id).className = byId(id).className.replace(/ ?hidden/, '') + (visible ? '' : ' hidden'); }
  function stopwatch() { return window.performance && performance.now ? performance.now() : new Date().getTime(); }

  function say(text, refused) {
    byId('away').textContent = text || '';
    byId('away').className = 'away' + (refused ? ' refused' : '') + (text ? '' : ' hidden');
  }

  function view() {
    var signedIn = window.Session.signedIn();
    show('sign-in', !signedIn);
    // Without a code there is nothing to show: not yet asked, or refused.
    show('hall', signedIn && shown !== null);
    show('sign-out', signedIn);
    show('full-screen', signedIn && !!document.documentElement.requestFullscreen);
    return signedIn;
  }

  function draw(answer) {
    if (answer.svg !== shownSvg) {
      shownSvg = answer.svg;
      byId('code').src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(answer.svg);
    }
    byId('code').style.visibility = 'visible';
    byId('digits').textContent = answer.digits.replace(/^(\d{3})(\d{3})$/, '$1 $2');
    shownSession = answer.session_id;
    drawCount(answer.count);
    byId('title').textContent = answer.title;
    shown = {until: stopwatch() + answer.expires_in * 1000, lasts: Math.max(answer.expires_in * 1000, 10000)};
    view();
  }

  function drawCount(asked) {
    if (told && told[shownSession] !== undefined) {
      byId('count').textContent = told[shownSession];
    } else if (asked !== undefined) {
      byId('count').textContent = asked;
    }
  }

  function watch() {
    if (stream || watching || !window.EventSource) { return; }
    // Whatever comes of this try, the next is a minute away: a busy hall shall not be asked in a loop.
    watching = setTimeout(function () { watching = null; if (shown) { watch(); } }, WATCH_AGAIN_MS);
    window.Session.request('POST', event + '/live-tickets', null, function (problem, ticket) {
      if (!problem && shown) { listen(ticket.url); }
    });
  }

  function listen(url) {
    var mine = stream = new EventSource(url);
    mine.onmessage = function (message) {
      var sessions = JSON.parse(message.data).sessions;
      told = {};
      for (var i = 0; i < sessions.length; i += 1) { told[sessions[i].session_id] = sessions[i].present; }
      drawCount();
    };
    mine.onerror = function () {
      // It connects anew by itself, unless it was refused; until it does, we ask.
      if (mine !== stream) { return; }
      if (mine.readyState === 2) { unwatch(); }
      told = null;
      ask();
    };
  }

  function unwatch() {
    if (stream) { stream.close(); }
    stream = told = null;
  }

  function ask() {
    clearTimeout(asking);
    if (!view()) { unwatch(); return; }
    window.Session.request('GET', path, null, function (problem, answer) {
      if (answer) {
        say('');
        draw(answer);
        watch();
        // As soon as the code runs out, and in between for the count unless it is told.
        asking = setTimeout(ask, Math.max(200, Math.min(told ? Infinity : ASK_MS, answer.expires_in * 1000 + 50)));
        return;
      }
      if (problem.status === 401) { shown = null; unwatch(); view(); say(problem.detail, true); return; }
      if (problem.status === 0 || problem.status >= 500 || problem.status === 429) {
        say(t('screenAway'));
      } else {
        shown = null;
        unwatch();
        view();
        say(problem.detail, true);
      }
      asking = setTimeout(ask, RETRY_MS);
    });
  }

  function tick() {
    var left = shown ? shown.until - stopwatch() : 0;
    byId('left').style.width = shown ? Math.max(0, Math.min(100, 100 * left / shown.lasts)) + '%' : '0';
    // A code that has run out helps nobody: better nothing than a refusal at the phone. One step
    // (10 s) is accepted longer, so a short interruption is not seen at all.
    if (shown && left < -8000) { byId('code').style.visibility = 'hidden'; byId('digits').textContent = ''; }
  }

  function signIn(submitted) {
    submitted.preventDefault();
    var body = {username: byId('username').value, password: byId('password').value};
    if (byId('totp').value) { body.totp = byId('totp').value; }
    window.Session.signIn('/auth/password', body, function (problem) {
      if (!problem) { byId('sign-in').reset(); say(''); ask(); return; }
      if (problem.code === 'totp_required') { show('totp-row', true); byId('totp').focus(); }
      say(problem.detail, problem.code !== 'totp_required');
    });
  }

  byId('sign-in').addEventListener('submit', signIn);
  byId('language').addEventListener('click', function () { window.Words.swap(); window.Words.fill(); ask(); });
  byId('sign-out').addEventListener('click', function () { window.Session.signOut(function () { shown = null; shownSvg = null; unwatch(); view(); }); });
  byId('full-screen').addEventListener('click', function () { document.documentElement.requestFullscreen(); });
  window.Words.fill();
  setInterval(tick, TICK_MS);
  ask();
}());
