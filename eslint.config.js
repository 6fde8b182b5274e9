import { relative, sep } from 'node:path';
import tseslint from 'typescript-eslint';
import { importProblem } from './scripts/import-zones.ts';

const root = import.meta.dirname;

/** The rule that keeps the rooms of the house apart; scripts/import-zones.ts says who may import what. */
const zones = {
  meta: { type: 'problem', schema: [], messages: { zone: '{{problem}}' } },
  create(context) {
    const file = relative(root, context.filename).split(sep).join('/');
    const check = (node, typeOnly) => {
      if (typeof node.source?.value !== 'string') return;
      const problem = importProblem(file, node.source.value, typeOnly);
      if (problem !== undefined) context.report({ node, messageId: 'zone', data: { problem } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, false),
    };
  },
};

const noInstanceofError = {
  selector: 'BinaryExpression[operator="instanceof"][right.name="Error"]',
  message:
    'Errors of another realm (workers, Jest) are no instance of this Error: use isNativeError of node:util/types.',
};
const noSystemClock = [
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'Take a Clock as argument; only src/clock.ts reads the system clock.',
  },
  {
    selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    message: 'Take a Clock as argument; only src/clock.ts reads the system clock.',
  },
];
const noEnvironment = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Take settings as argument; only src/config reads the environment.',
};
const noEnum = {
  selector: 'TSEnumDeclaration, TSModuleDeclaration[kind="namespace"]',
  message: 'Node strips types only: use a constant object and a union type.',
};

export default tseslint.config(
  { ignores: ['node_modules/', '.diga/', 'coverage/', '**/dist/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: root } },
    plugins: { diga: { rules: { zones } } },
    rules: {
      'diga/zones': 'error',
      'no-restricted-syntax': ['error', noInstanceofError, ...noSystemClock, noEnvironment, noEnum],
      'no-console': 'error',
      'no-eval': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // An async function turns a throw into a rejection, also where nothing is awaited; interfaces ask for promises.
      '@typescript-eslint/require-await': 'off',
      // `as T` says what the value is; the assertion with an exclamation mark is forbidden, so this rule has no answer.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // Its successor Error.isError is not in the library of the compiler yet.
      '@typescript-eslint/no-deprecated': ['error', { allow: ['isNativeError'] }],
      // Spreading a text yields its code points, which is what is meant.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // Numbers in texts are readable as they are; everything else must be turned into text on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `noPropertyAccessFromIndexSignature` of the compiler asks for the brackets that this rule would remove.
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
    },
  },
  {
    // The page of the console: a browser's program, with a compiler project of its own.
    files: ['plugins/console/web/**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: './plugins/console/web/tsconfig.json', tsconfigRootDir: root },
    },
    plugins: { diga: { rules: { zones } } },
    rules: {
      'diga/zones': 'error',
      'no-restricted-syntax': ['error', noEnum],
      'no-console': 'error',
      'no-eval': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['src/clock.ts', 'scripts/**'],
    rules: { 'no-restricted-syntax': ['error', noInstanceofError, noEnum] },
  },
  {
    files: ['src/config/**'],
    rules: { 'no-restricted-syntax': ['error', noInstanceofError, ...noSystemClock, noEnum] },
  },
  {
    files: ['scripts/**', 'sandbox/**', '**/test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/test/**'],
    rules: {
      // Tests set up processes and read the machine's clock to choose names; their assertions are loose by nature.
      'no-restricted-syntax': ['error', noInstanceofError, noEnum],
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
