const box = document.querySelector('[data-captcha]');
const { captcha: sitekey, src, into, interactive, sends } = box.dataset;
const form = box.closest('form');
const error = document.getElementById('captcha-error');
let asked = sends !== undefined;
const send = () => HTMLFormElement.prototype.submit.call(form);
const fail = () => { error.hidden = false; };
const solved = (token) => {
  error.hidden = true;
  form.elements[into].value = token;
  if (asked) send();
};
form.addEventListener('submit', (event) => {
  if (form.elements[into].value || !error.hidden) return;
  event.preventDefault();
  asked = true;
});
const script = document.createElement('script');
script.src = src;
script.async = true;
script.onerror = fail;
script.onload = () => {
  const api = window.turnstile ?? window.hcaptcha ?? window.grecaptcha;
  const seen = interactive !== undefined || api === window.turnstile;
  const render = () => {
    const size = seen ? 'normal' : 'invisible';
    const id = api.render(box, { sitekey, size, callback: solved, 'error-callback': fail });
    if (!seen) api.execute(id);
  };
  if (!api) fail();
  else if (api === window.grecaptcha) api.ready(render);
  else render();
};
document.head.append(script);
