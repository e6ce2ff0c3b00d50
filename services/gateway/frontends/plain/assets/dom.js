// Building elements without markup in strings: nothing a person typed is ever parsed as HTML.
export const byId = (id) => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Session's callbacks as promises; a problem is thrown as it is.
export const ask = (method, path, body = null) => promised(window.Session.request, method, path, body);
export const askOpenly = (method, path, body = null) => promised(window.Session.open, method, path, body);

const promised = (call, method, path, body) => new Promise((resolve, reject) => {
  call(method, path, body, (problem, answer) => (problem ? reject(problem) : resolve(answer)));
});
