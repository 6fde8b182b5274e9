/**
 * Beginnings and patterns from which the commonest passwords of twelve characters and more are made. Kept by hand:
 * lists of leaked passwords are other people's data.
 */
const COMMON_WORDS = [
  'password', 'passwort', 'kennwort', 'geheim', 'secret', 'qwertz', 'qwerty', 'qwertyuiop', 'qwertzuiop', 'asdfgh',
  'asdfghjkl', 'yxcvbnm', 'zxcvbnm', '1q2w3e4r', '1qaz2wsx', 'abc', 'abcd', 'abcdef', 'iloveyou', 'ichliebedich',
  'schatz', 'hallo', 'hello', 'willkommen', 'welcome', 'letmein', 'admin', 'administrator', 'login', 'master',
  'dragon', 'monkey', 'football', 'fussball', 'baseball', 'sunshine', 'sonnenschein', 'princess', 'prinzessin',
  'superman', 'batman', 'pokemon', 'starwars', 'michael', 'daniel', 'thomas', 'berlin', 'hamburg', 'muenchen',
  'deutschland', 'sommer', 'winter', 'fruehling', 'herbst', 'test', 'testtest', 'gesundheit', 'health', 'diga',
  'krankenkasse', 'changeme', 'trustno', 'whatever', 'freedom', 'freiheit', 'computer', 'internet', 'samsung',
  'google', 'arschloch', 'ficken', 'lol', 'aaa', 'user', 'root',
]; // biome-ignore format: a word list reads better filled

const LEET: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

const words = new Set(COMMON_WORDS);

/** True for passwords that are a common word, repeated or dressed up with digits and signs, or a plain sequence. */
export function isCommonPassword(password: string): boolean {
  const lower = password.toLowerCase();
  if (new Set(lower).size < 5) return true;
  if (isSequence(lower)) return true;
  const bare = lower.replace(/[^a-zäöüß]+$/, '');
  const plain = [...bare].map((character) => LEET[character] ?? character).join('');
  return [lower, plain].some((text) => words.has(shortestPeriod(text.replace(/[^a-zäöüß]+/g, ''))));
}

function shortestPeriod(text: string): string {
  for (let length = 1; length <= text.length / 2; length += 1) {
    const head = text.slice(0, length);
    if (text.length % length === 0 && head.repeat(text.length / length) === text) return head;
  }
  return text;
}

function isSequence(text: string): boolean {
  const rows = [
    '0123456789012345678901234567890',
    'abcdefghijklmnopqrstuvwxyz',
    'qwertzuiopasdfghjklyxcvbnm',
    'qwertyuiopasdfghjklzxcvbnm',
  ];
  return rows.some((row) => row.includes(text) || [...row].reverse().join('').includes(text));
}
