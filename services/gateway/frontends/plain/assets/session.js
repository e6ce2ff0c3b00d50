// Signing in and asking, for the hall's screen. Old syntax and XMLHttpRequest on purpose: the machine at
// a hall's projector may run a browser of ten years ago.
(function () {
  'use strict';

  // Not the members' app's: its sign-in on the same machine is another person's, and kept otherwise.
  var KEY = 'screen.session';
  var waiting = null;  // callbacks of those who need the refresh that is under way

  function read() {
    try { return JSON.parse(localStorage.getItem(KEY)); } catch (error) { return null; }
  }

  function write(tokens) {
    if (tokens) {
      localStorage.setItem(KEY, JSON.stringify({
        access_token: tokens.access_token, refresh_token: tokens.refresh_token
      }));
    } else {
      localStorage.removeItem(KEY);
    }
  }

  // done(problem, body): a problem has status, code, detail; status 0 means nobody answered.
  function send(method, path, body, token, done) {
    var request = new XMLHttpRequest();
    request.open(method, '/api/v1' + path);
    request.timeout = 15000;
    request.setRequestHeader('Accept-Language', window.Words.language() === 'en' ? 'en' : 'zh-CN');
    if (token) { request.setRequestHeader('Authorization', 'Bearer ' + token); }
    if (body) { request.setRequestHeader('Content-Type', 'application/json'); }
    request.onload = function () {
      var answer = null;
      try { answer = JSON.parse(request.responseText); } catch (error) { /* an empty answer */ }
      if (request.status >= 200 && request.status < 300) {
        done(null, answer);
      } else {
        done({
          status: request.status,
          code: answer && answer.code || 'http_' + request.status,
          detail: answer && answer.detail || window.Words.t('unexpected')
        });
      }
    };
    request.onerror = request.ontimeout = function () {
      done({status: 0, code: 'no_network', detail: window.Words.t('noNetwork')});
    };
    request.send(body ? JSON.stringify(body) : null);
  }

  function refresh(done) {
    if (waiting) { waiting.push(done); return; }
    waiting = [done];
    var before = read();
    send('POST', '/auth/refresh', {refresh_token: before.refresh_token}, null,
      function (problem, tokens) {
        if (tokens) {
          write(tokens);
        } else if (problem.status >= 400 && problem.status < 500 && problem.status !== 429) {
          // Another tab may have turned the token meanwhile; only the one we hold is given up.
          var now = read();
          if (now && now.refresh_token === before.refresh_token) { write(null); }
        }
        var all = waiting;
        waiting = null;
        for (var i = 0; i < all.length; i += 1) { all[i](problem); }
      });
  }

  function request(method, path, body, done) {
    var session = read();
    if (!session) { done({status: 401, code: 'sign_in_needed', detail: window.Words.t('signInFirst')}); return; }
    send(method, path, body, session.access_token, function (problem, answer) {
      if (!problem || problem.status !== 401) { done(problem, answer); return; }
      refresh(function (refused) {
        var renewed = read();
        if (refused || !renewed) { done(refused && refused.status === 0 ? refused : problem); return; }
        send(method, path, body, renewed.access_token, done);
      });
    });
  }

  window.Session = {
    signedIn: function () { return read() !== null; },
    request: request,
    signIn: function (path, body, done) {
      send('POST', path, body, null, function (problem, tokens) {
        if (tokens) { write(tokens); }
        done(problem);
      });
    },
    signOut: function (done) {
      var session = read();
      write(null);
      if (!session) { done(); return; }
      send('POST', '/auth/logout', {refresh_token: session.refresh_token}, null, function () { done(); });
    }
  };
}());
