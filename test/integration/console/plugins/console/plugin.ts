/** The console itself, beside a sign-in that a test directs. */
export { default } from '../../../../../plugins/console/plugin.ts';
