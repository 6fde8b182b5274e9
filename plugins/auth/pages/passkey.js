/**
 * Asks the browser for a passkey. Works on `<form data-passkey="get|create" data-options="…">`: the options come from the
 * server, the answer goes into the field `response`, and the form is sent as any other.
 * @see https://www.w3.org/TR/webauthn-3/
 */
(() => {
  'use strict';

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));

  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=+$/, '');

  const named = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

  const decoded = (options) => ({
    ...options,
    challenge: toBytes(options.challenge),
    ...(options.user ? { user: { ...options.user, id: toBytes(options.user.id) } } : {}),
    ...(options.allowCredentials ? { allowCredentials: named(options.allowCredentials) } : {}),
    ...(options.excludeCredentials
      ? { excludeCredentials: named(options.excludeCredentials) }
      : {}),
  });

  const encoded = (credential) => {
    const { response } = credential;
    const answer = { clientDataJSON: toText(response.clientDataJSON) };
    for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (response[name]) answer[name] = toText(response[name]);
    }
    if (response.getTransports) answer.transports = response.getTransports();
    return {
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: answer,
    };
  };

  const prepare = (form) => {
    const button = form.querySelector('button');
    const status = form.querySelector('[data-status]');
    const say = (name) => {
      status.textContent = name === undefined ? '' : status.dataset[name];
    };
    form.hidden = false;
    if (window.PublicKeyCredential === undefined) {
      button.disabled = true;
      say('unsupported');
      return;
    }
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const publicKey = decoded(JSON.parse(form.dataset.options));
      const asked =
        form.dataset.passkey === 'create'
          ? navigator.credentials.create({ publicKey })
          : navigator.credentials.get({ publicKey });
      button.disabled = true;
      say('waiting');
      asked.then(
        (credential) => {
          form.elements.response.value = JSON.stringify(encoded(credential));
          form.submit();
        },
        () => {
          button.disabled = false;
          say('failed');
        },
      );
    });
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) prepare(form);
})();
