const form = document.querySelector('[data-webauthn]');
const { webauthn: mode, options, into, auto } = form.dataset;
const kind = mode === 'create' ? 'Creation' : 'Request';

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

function read(json) {
  const reader = `parse${kind}OptionsFromJSON`;
  if (PublicKeyCredential[reader]) return PublicKeyCredential[reader](json);
  const keys = (list) => list?.map((key) => ({ ...key, id: bytes(key.id) }));
  const user = json.user && { ...json.user, id: bytes(json.user.id) };
  return {
    ...json,
    challenge: bytes(json.challenge),
    user,
    allowCredentials: keys(json.allowCredentials),
    excludeCredentials: keys(json.excludeCredentials),
  };
}

function written(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { id, rawId, type, authenticatorAttachment, response } = credential;
  const json = { transports: response.getTransports?.() };
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) json[name] = text(response[name]);
  }
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: text(rawId), type, authenticatorAttachment, clientExtensionResults, response: json };
}

async function ask(mediation) {
  const json = JSON.parse(options);
  const publicKey = read(json.publicKey ?? json);
  const request = mediation ? { publicKey, mediation } : { publicKey };
  const credential = await navigator.credentials[mode === 'create' ? 'create' : 'get'](request);
  form.elements[into].value = JSON.stringify(written(credential));
  HTMLFormElement.prototype.submit.call(form);
}

if (mode === 'conditional') {
  if (await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.()) ask('conditional').catch(() => {});
} else {
  const error = document.getElementById('error');
  const words = error.querySelector('span');
  const button = form.querySelector('button span');
  const { again } = button.parentElement.dataset;
  const waits = document.getElementById('waits');
  const tell = (what) => {
    words.textContent = error.dataset[what[0].toLowerCase() + what.slice(1)] ?? error.dataset.failed;
    error.hidden = false;
  };
  const start = async (byItself) => {
    error.hidden = true;
    waits.hidden = false;
    try {
      await ask();
    } catch (fault) {
      waits.hidden = true;
      button.textContent = again;
      if (!byItself) tell(fault.name);
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    start(false);
  });
  if (!globalThis.PublicKeyCredential) tell('missing');
  else if (auto !== undefined) start(true);
}
