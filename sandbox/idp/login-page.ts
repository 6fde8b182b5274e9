import type { IdpUser } from './users.ts';
import { LEVELS } from './users.ts';

/** Page on which the person to be is picked; there are no passwords, since there are no people. */
export function loginPage(uid: string, users: readonly IdpUser[]): string {
  const people = users.map(({ sub }) => `<option>${escape(sub)}</option>`).join('');
  const levels = Object.keys(LEVELS)
    .map((level) => `<option>${level}</option>`)
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sandbox clinic login</title></head>
<body><h1>Sandbox clinic login</h1>
<form method="post" action="/sandbox/login/${escape(uid)}">
<p><label>Person <select name="user">${people}</select></label></p>
<p><label>Level <select name="level">${levels}</select></label></p>
<button type="submit">Sign in</button>
</form></body></html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`);
}
